package artifact

import "compress/bzip2"

// isBzip2 takes the head of a file with at least one block, or of an empty one.
func isBzip2(head []byte) bool {
	return len(head) >= 10 && string(head[:3]) == "BZh" && '1' <= head[3] && head[3] <= '9' &&
		(string(head[4:10]) == "1AY&SY" || string(head[4:10]) == "\x17\x72\x45\x38\x50\x90")
}

func bunzip2(w *walker, packed *cursor) (plain, error) {
	head, err := packed.peek(4)
	if err != nil || len(head) < 4 {
		return plain{}, noEOF(err)
	}
	// The first byte costs as much as a whole block, and each reader the memory for one,
	// which a million tiny files must not get for nothing.
	if err := w.charge(int64(head[3]-'0') * 100_000); err != nil {
		return plain{}, err
	}
	return plain{Reader: bzip2.NewReader(packed)}, nil
}
