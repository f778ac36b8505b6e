package facts

import "iter"

// NPMNames yields the names of the packages of npm that the table tells about.
func NPMNames() iter.Seq[string] { return npmText.keys() }

// PyPINames yields the names of the packages of PyPI that the table tells about.
func PyPINames() iter.Seq[string] { return pypiText.keys() }

// GemNames yields the names of the gems that the table tells about.
func GemNames() iter.Seq[string] { return gemsText.keys() }

// ApkNames yields the names of the packages of Alpine of which it is known what they bring.
func ApkNames() iter.Seq[string] { return apkBringsText.keys() }
