package dockerfile

// reach marks the stages that a build makes and those whose layers are in an image.
//
// With --target these are what the target needs, and its own FROM chain. Without it
// every stage that no other one uses may be somebody's target (dev, test, production),
// and so counts like the last one.
func (f *File) reach(final *Stage, chosen bool) {
	final.Final = true
	final.ship()
	used := map[*Stage]bool{}
	// A stage uses only earlier ones: from the end, each is met after all that use it.
	for i := len(f.Stages) - 1; i >= 0; i-- {
		s := f.Stages[i]
		s.Built = !chosen || s == final || used[s]
		if !s.Built {
			continue
		}
		if !chosen && !used[s] {
			s.ship()
		}
		for _, u := range f.uses(s) {
			used[u] = true
		}
	}
}

// uses returns the stages that s is FROM, copies from or mounts.
func (f *File) uses(s *Stage) []*Stage {
	var list []*Stage
	if s.BaseStage != nil {
		list = append(list, s.BaseStage)
	}
	for _, in := range s.Instructions {
		if in.Copy != nil && in.Copy.FromStage != nil {
			list = append(list, in.Copy.FromStage)
		}
		for _, m := range in.Mounts() {
			if from := f.stageFrom(m.From); from != nil && from.Index < s.Index {
				list = append(list, from)
			}
		}
	}
	return list
}

// ship marks the FROM chain of a stage whose image is built. Where two images share
// layers, the first to be marked has them.
func (s *Stage) ship() {
	for top := s; s != nil && s.Top == nil; s = s.BaseStage {
		s.Top, s.Shipped = top, true
	}
}
