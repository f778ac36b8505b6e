package facts

import "testing"

func TestWheel(t *testing.T) {
	for _, test := range []struct{ name, spec, arch, python, want string }{
		{"numpy", "", "amd64", "3.12", "musllinux"},
		{"numpy", "", "amd64", "3.12.4", "musllinux"},
		{"numpy", "", "amd64", "3.8", "sdist"}, // the newest for 3.8 is 1.24.4
		{"numpy", "==1.24.4", "amd64", "3.10", "sdist"},
		{"numpy", "1.26.4", "arm64", "3.12", "musllinux"},
		{"numpy", "<1.25", "amd64", "3.10", "sdist"},
		{"numpy", ">=1.24,<2", "amd64", "3.11", "musllinux"},
		{"numpy", "==${NUMPY}", "amd64", "3.11", ""},
		{"torch", "", "", "", "none"},
		{"torch", "==2.1.0", "amd64", "3.11", "none"},
		{"torch", "==1.13.1", "amd64", "", "none"},
		{"evtx", "==0.8.6", "amd64", "3.12", "musllinux"},
		{"evtx", "==0.8.4", "amd64", "3.11", "none"},
		{"gitlab-ci-verify-bin", "==2.11.12", "amd64", "3.12", "musllinux"},
		{"gitlab-ci-verify-bin", "==2.11.12", "arm64", "3.12", "none"},
		{"lingua-language-detector", "==2.2.0", "amd64", "3.12", "musllinux"},
		{"orjson", "==3.10.15", "amd64", "3.8", "musllinux"},
		{"regex", "", "amd64", "3.12", "musllinux"},
		{"mitsuba", "", "amd64", "3.12", "none"},
		{"rdkit", "", "amd64", "3.12", "none"},
		{"ziglang", "==0.10.0", "amd64", "3.12", "none"},
		{"ziglang", "==0.10.0.post1", "amd64", "3.12", "musllinux"},
		{"psycopg2", "", "arm64", "3.13", "sdist"},
		{"psycopg2-binary", "", "amd64", "3.12", "musllinux"},
		{"psycopg2-binary", "==2.8.6", "amd64", "3.9", "sdist"},
		{"scikit-learn", "", "amd64", "3.12", "sdist"},
		{"duckdb", "", "amd64", "3.12", "sdist"},
		{"duckdb", "~=1.2.0", "amd64", "3.12", "musllinux"},
		{"playwright", "==1.40.0", "amd64", "3.11", "none"},
		{"cryptography", "", "arm/v7", "3.12", "sdist"},
		{"cryptography", "==3.4.8", "arm/v7", "3.9", ""},
		{"numpy", "", "amd64", "2.7", ""},
		// packages of which one lock file tells
		{"uuid-utils", "", "amd64", "3.12", "musllinux"},
		{"uuid-utils", "", "amd64", "3.8", ""},
		{"uuid-utils", "==0.1", "amd64", "3.12", ""},
		{"cftime", "", "arm64", "3.12", "sdist"},
		{"cftime", "", "amd64", "3.12", "musllinux"},
		{"aiokafka", "==0.12.0", "amd64", "3.12", "sdist"},
		{"aiokafka", "==0.8", "amd64", "3.12", ""},
		{"nvidia-cublas-cu12", "", "amd64", "3.12", "none"},
		{"av", "==13.0.0", "amd64", "3.12", "sdist"},
		{"av", ">=15.1", "amd64", "3.12", "musllinux"},
		{"soundfile", "", "amd64", "3.12", "pure"},
	} {
		p, ok := LookupPyPI(test.name)
		if !ok {
			t.Errorf("nothing is known of %s", test.name)
			continue
		}
		if got := p.Wheel(test.spec, test.arch, test.python); got != test.want {
			t.Errorf("%s%s on %s for Python %s: %q, want %q", test.name, test.spec, test.arch, test.python, got, test.want)
		}
	}
}

func TestPassedOver(t *testing.T) {
	// The releases of lingua-language-detector between 1.4 and 2.0.2 had no files for
	// musl, and pip took 1.3.5 without a word (pemistahl/lingua-py#213).
	p, _ := LookupPyPI("torch")
	if got := p.PassedOver("", "amd64", "3.12"); got != "" {
		t.Errorf("nothing of torch is taken, and yet %s is passed over", got)
	}
	p, _ = LookupPyPI("qsimcirq")
	if got := p.PassedOver("", "amd64", "3.12"); got == "" {
		t.Error("the newest qsimcirq has nothing for musl, and yet is not passed over")
	}
}

func TestLookupPyPI(t *testing.T) {
	for _, name := range []string{"zope-interface", "Zope.Interface", "zope_interface", "ZOPE..INTERFACE"} {
		if p, ok := LookupPyPI(name); !ok || !p.Optional || !p.Certain || p.Class != "sdist" {
			t.Errorf("%s: %+v", name, p)
		}
	}
	p, _ := LookupPyPI("lxml")
	if p.Apk != "py3-lxml" || len(p.BuildDeps) == 0 || len(p.Runtime) == 0 {
		t.Errorf("no recipe for lxml: %+v", p)
	}
	p, _ = LookupPyPI("duckdb")
	if p.MuslUntil != "1.3.2" {
		t.Errorf("duckdb had wheels for musl until %q, want 1.3.2", p.MuslUntil)
	}
	if p, ok := LookupPyPI("a-package-of-my-own"); ok {
		t.Errorf("%+v", p)
	}
}

func TestParseSpec(t *testing.T) {
	for spec, want := range map[string]versionSpan{
		"":             {},
		"1.2":          {low: "1.2", exact: true},
		"==1.2":        {low: "1.2", exact: true},
		" == 1.2 ":     {low: "1.2", exact: true},
		"==1.2.*":      {low: "1.2", high: "1.3"},
		"~=1.9.3":      {low: "1.9.3", high: "1.10"},
		">=1.2,<2":     {low: "1.2", high: "2"},
		"<2,<1.5":      {high: "1.5"},
		">1,!=1.3":     {low: "1"},
		"(>=1.2)":      {low: "1.2"},
		">=1; x=='y'":  {low: "1"},
		"==2.0.0.post": {low: "2.0.0.post", exact: true},
	} {
		if got, ok := parseSpec(spec); !ok || got != want {
			t.Errorf("%q is %+v (%v), want %+v", spec, got, ok, want)
		}
	}
	for _, spec := range []string{"==$V", "v", "@ git+https://x", "~=1", "=>1", "== "} {
		if got, ok := parseSpec(spec); ok {
			t.Errorf("%q is %+v", spec, got)
		}
	}
}

func FuzzWheel(f *testing.F) {
	f.Add("numpy", ">=1.2,<2", "amd64", "3.12")
	f.Add("nvidia-cublas", "==1.*", "arm/v7", "")
	f.Fuzz(func(t *testing.T, name, spec, arch, python string) {
		if normal := normalPyPI(name); normalPyPI(normal) != normal {
			t.Errorf("%q becomes %q and then %q", name, normal, normalPyPI(normal))
		}
		p, ok := LookupPyPI(name)
		if !ok {
			p, _ = LookupPyPI("numpy")
		}
		switch got := p.Wheel(spec, arch, python); got {
		case "", "musllinux", "pure", "sdist", "none":
		default:
			t.Errorf("%q", got)
		}
	})
}

func TestLookupNPM(t *testing.T) {
	for name, want := range map[string]string{
		"esbuild": "ok", "sharp": "ok", "bcrypt": "ok", "@swc/core": "ok", "lmdb": "ok", "turbo": "ok", "bun": "ok",
		"workerd": "glibc", "wrangler": "glibc", "onnxruntime-node": "glibc", "deno": "glibc", "@tensorflow/tfjs-node": "glibc",
		"node-pty": "source", "canvas": "source", "node-sass": "source", "grpc": "source",
		"puppeteer": "download", "playwright": "download", "cypress": "download", "electron": "download",
		"@next/swc-linux-x64-gnu": "glibc", "@next/swc-linux-x64-musl": "ok", "left-pad": "",
	} {
		npm, ok := LookupNPM(name)
		if npm.Kind != want || ok != (want != "") {
			t.Errorf("%s is %q, want %q", name, npm.Kind, want)
		}
		if (npm.Kind == "glibc" || npm.Kind == "download") && (npm.Symptom == "" || npm.Fix == "") {
			t.Errorf("%s fails without a symptom or a fix: %+v", name, npm)
		}
	}
}

func TestLookupGem(t *testing.T) {
	for name, want := range map[string]string{"nokogiri": "musl", "ffi": "musl", "mysql2": "source", "onnxruntime": "glibc", "rails": ""} {
		gem, ok := LookupGem(name)
		if gem.Kind != want || ok != (want != "") {
			t.Errorf("%s is %q, want %q", name, gem.Kind, want)
		}
	}
}
