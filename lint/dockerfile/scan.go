package dockerfile

// A scan is how far a question about the instructions of a stage has been answered. Each
// of 10,000 commands may ask what stands before it: what has been seen is not looked at
// again.
type scan struct {
	next  int // the first instruction that has not been looked at or may have got more since
	found bool
}

// some reports whether holds is true of an instruction of the stage so far, or of the
// stages that it is FROM. The question is a name for holds.
func (s *Stage) some(question string, holds func(*Instruction) bool) bool {
	if s == nil {
		return false
	}
	sc := s.scans[question]
	if sc == nil {
		sc = &scan{found: s.BaseStage.some(question, holds)}
		if s.scans == nil {
			s.scans = map[string]*scan{}
		}
		s.scans[question] = sc
	}
	for i := sc.next; i < len(s.Instructions) && !sc.found; i++ {
		sc.next = i
		sc.found = holds(s.Instructions[i])
	}
	return sc.found
}
