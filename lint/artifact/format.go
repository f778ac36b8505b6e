package artifact

// format is a way to hold files. It has one of forward, random and unpack; one that has
// none is recognised and cannot be opened.
type format struct {
	name  string                 // in messages
	match func(head []byte) bool // head is the first 512 bytes, or all there are

	// forward reads a container from its first byte to its last.
	forward func(w *walker, it *item, cur *cursor) error
	// random reads a container in any order.
	random func(w *walker, it *item, src source, size int64) error
	// unpack reads one compressed file. The returned function gives the decompressor back.
	unpack func(w *walker, packed *cursor) (plain, error)
}

// formats are tried in this order.
var formats = []format{
	{name: "ar", match: begins(arMagic, thinMagic), forward: walkAr},
	{name: "zip", match: begins("PK\x03\x04", "PK\x05\x06", "PK\x07\x08PK\x03\x04", jmodMagic+"PK\x03\x04"), random: walkZip},
	{name: "script", match: begins("#!"), random: walkScript},
	{name: "gzip", match: begins("\x1f\x8b\x08"), unpack: gunzip},
	{name: "xz", match: begins("\xfd7zXZ\x00"), unpack: unxz},
	{name: "zstd", match: isZstd, unpack: unzstd},
	{name: "bzip2", match: isBzip2, unpack: bunzip2},
	{name: "rpm", match: begins("\xed\xab\xee\xdb"), forward: walkRPM},
	{name: "cpio", match: begins("070701", "070702"), forward: walkCpio},
	{name: "an Alpine package of the ADB format (apk-tools 3)", match: begins("ADB.", "ADBd", "ADBc")},
	{name: "a 7z archive", match: begins("7z\xbc\xaf\x27\x1c")},
	{name: "a RAR archive", match: begins("Rar!\x1a\x07")},
	{name: "a cabinet", match: begins("MSCF\x00\x00\x00\x00")},
	{name: "an LZ4 file", match: begins("\x04\x22\x4d\x18")},
	{name: "an lzip file", match: begins("LZIP\x01")},
	{name: "a SquashFS file system", match: begins("hsqs", "sqsh")},
	{name: "tar", match: isTar, forward: walkTar},
}

func begins(magics ...string) func([]byte) bool {
	return func(head []byte) bool {
		for _, m := range magics {
			if len(head) >= len(m) && string(head[:len(m)]) == m {
				return true
			}
		}
		return false
	}
}

// format returns the format of what begins with head, nil when it is no container.
func (w *walker) format(head []byte) *format {
	for i := range w.formats {
		if w.formats[i].match(head) {
			return &w.formats[i]
		}
	}
	return nil
}

// matters tells whether what begins with head is or may hold an ELF file.
func (w *walker) matters(head []byte) bool { return isELF(head) || w.format(head) != nil }
