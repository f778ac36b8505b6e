package shell

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// outside is the environment that the tests' scripts run in.
func outside(name string) (string, bool) {
	value, ok := map[string]string{
		"PKGS": "curl git", "VERSION": "v1.2.3", "EMPTY": "", "APK": "apk --no-cache", "DEST": "/opt/x",
	}[name]
	return value, ok
}

func mustParse(t testing.TB, text string) *Script {
	t.Helper()
	s, err := Parse(text, 0, outside)
	if err != nil {
		t.Fatalf("Parse(%q): %v", text, err)
	}
	check(t, text, 0, s)
	return s
}

// describe writes a command as name/sub, flags and operands; a ? follows what is unknown.
func describe(c *Command) string {
	out := c.Name
	if c.Name == "" {
		out = "-"
	}
	if c.Sub != "" {
		out += "/" + c.Sub
	}
	mark := func(known bool) string {
		if known {
			return ""
		}
		return "?"
	}
	for _, f := range c.Flags {
		out += " -"
		if f.Long {
			out += "-"
		}
		out += f.Name
		if f.HasValue {
			out += "=" + f.Value
		}
		out += mark(f.Known)
	}
	for _, o := range c.Operands {
		out += " " + o.Text + mark(o.Known)
	}
	for _, a := range c.Assigns {
		out += " (" + a.Name + "=" + a.Value.Text + mark(a.Value.Known) + ")"
	}
	if c.Parent != nil {
		out = c.Parent.Name + ">" + out
	}
	return out
}

func describeAll(s *Script) []string {
	var out []string
	for _, c := range s.Commands {
		out = append(out, describe(c))
	}
	return out
}

type cases []struct {
	script string
	want   []string
}

func (cs cases) run(t *testing.T, got func(*Script) []string) {
	t.Helper()
	for _, c := range cs {
		if diff := cmp.Diff(c.want, got(mustParse(t, c.script))); diff != "" {
			t.Errorf("%s\n(-want +got)\n%s", c.script, diff)
		}
	}
}

func TestFlags(t *testing.T) {
	cases{
		{"apk add --no-cache -t .deps curl=8.5.0-r0", []string{"apk/add --no-cache -t=.deps curl=8.5.0-r0"}},
		{"apk --no-cache -X http://h/main -U add --virtual=.b gcc musl-dev", []string{"apk/add --no-cache -X=http://h/main -U --virtual=.b gcc musl-dev"}},
		{"apk add --repository http://h/edge x", []string{"apk/add --repository=http://h/edge x"}},
		{"apt-get -qq -o Dpkg::Use-Pty=0 install -y -t=bookworm-backports --no-install-recommends a b", []string{"apt-get/install -q -q -o=Dpkg::Use-Pty=0 -y -t=bookworm-backports --no-install-recommends a b"}},
		{"pip3.7 --no-cache-dir install -r req.txt -e . -U 'x>=1' --index-url https://i", []string{"pip/install --no-cache-dir -r=req.txt -e=. -U --index-url=https://i x>=1"}},
		{"pip config set global.index-url u", []string{"pip/config set global.index-url u"}},
		{"uv pip install --system --python 3.12 -r a.txt x", []string{"uv/pip install --system --python=3.12 -r=a.txt x"}},
		{"uv sync --frozen --no-dev --extra gpu", []string{"uv/sync --frozen --no-dev --extra=gpu"}},
		{"poetry -C app install --only main --no-root", []string{"poetry/install -C=app --only=main --no-root"}},
		{"npm --prefix web install --omit=dev -g a@1", []string{"npm/install --prefix=web --omit=dev -g a@1"}},
		{"npm i && npm ci --ignore-scripts; npm run build -- --prod", []string{"npm/i", "npm/ci --ignore-scripts", "npm/run build --prod"}},
		{"pnpm -F web add -D sharp", []string{"pnpm/add -F=web -D sharp"}},
		{"yarn", []string{"yarn/install"}},
		{"yarn --frozen-lockfile --cwd web; yarn --version; yarn global add x; yarn build", []string{"yarn/install --frozen-lockfile --cwd=web", "yarn --version", "yarn/global add x", "yarn/build"}},
		{"gem install bundler -v 2.4 --no-document --platform ruby", []string{"gem/install -v=2.4 --no-document --platform=ruby bundler"}},
		{"bundle; bundle config set --local path x; bundle lock --add-platform x86_64-linux-musl", []string{"bundle/install", "bundle/config set --local path x", "bundle/lock --add-platform=x86_64-linux-musl"}},
		{"cargo +nightly build --release --target x86_64-unknown-linux-musl -p app", []string{"cargo/build --release --target=x86_64-unknown-linux-musl -p=app +nightly"}},
		{"cargo run --release -- --port 1", []string{"cargo/run --release --port 1"}},
		{"rustup target add x86_64-unknown-linux-musl --toolchain stable", []string{"rustup/target add --toolchain=stable x86_64-unknown-linux-musl"}},
		{"go build -trimpath -tags netgo -ldflags '-s -w' -o /out ./...", []string{"go/build --trimpath --tags=netgo --ldflags=-s -w --o=/out ./..."}},
		{"go -C src build -buildmode=c-shared --mod vendor .", []string{"go/build --C=src --buildmode=c-shared --mod=vendor ."}},
		{"go mod download -x; go env -w GOPROXY=off; go run ./cmd -o x", []string{"go/mod download --x", "go/env --w GOPROXY=off", "go/run ./cmd -o x"}},
		{"dotnet publish app.csproj -c Release -r linux-musl-x64 --self-contained -p:PublishAot=true --property:X=y -o /o", []string{"dotnet/publish -c=Release -r=linux-musl-x64 --self-contained -p=PublishAot=true --property=X=y -o=/o app.csproj"}},
		{"dotnet tool install -g --version 8.0 x", []string{"dotnet/tool install -g --version=8.0 x"}},
		{"curl -fsSLo /tmp/f -H 'A: b' --retry 3 https://h/f", []string{"curl -f -s -S -L -o=/tmp/f -H=A: b --retry=3 https://h/f"}},
		{"curl -sSf https://h --output f -XPOST", []string{"curl -s -S -f --output=f -X=POST https://h"}},
		{"wget -qO- https://h; wget -q -O f https://h --no-check-certificate; wget -P /d u", []string{"wget -q -O=- https://h", "wget -q -O=f --no-check-certificate https://h", "wget -P=/d u"}},
		{"tar xzf a.tgz -C /opt --strip-components 1 p; tar -xJf a --strip-components=1; tar Cxf /d a", []string{"tar -x -z -f=a.tgz -C=/opt --strip-components=1 p", "tar -x -J -f=a --strip-components=1", "tar -C=/d -x -f=a"}},
		{"git -C d clone --depth 1 -b v1 --recurse-submodules u d; git -c a=b checkout -b x", []string{"git/clone -C=d --depth=1 -b=v1 --recurse-submodules u d", "git/checkout -c=a=b -b=x"}},
		{"docker-php-ext-install -j$(nproc) gd; docker-php-ext-install -j 4 gd; docker-php-ext-install -j gd", []string{"docker-php-ext-install -j=$(nproc)? gd", "docker-php-ext-install>nproc", "docker-php-ext-install -j=4 gd", "docker-php-ext-install -j gd"}},
		{"docker-php-ext-configure gd --with-freetype --with-jpeg=/usr", []string{"docker-php-ext-configure --with-freetype --with-jpeg=/usr gd"}},
		{"mix deps.get --only prod; mix local.hex --force", []string{"mix/deps.get --only=prod", "mix/local.hex --force"}},
		{"java -Xss1m -Dx.y=z -XX:+UseG1GC -cp a:b -jar app.jar --port=1", []string{"java --Xss=1m --D=x.y=z --XX=+UseG1GC --cp=a:b --jar=app.jar --port=1"}},
		{"gcc -fsanitize=address -static -lstdc++ -l m -Wl,-rpath,/x -DX=Y -O2 -std=c99 -fPIC -o a a.c", []string{"gcc --fsanitize=address --static --l=stdc++ --l=m --Wl=-rpath,/x --D=X=Y --O2 --std=c99 --fPIC --o=a a.c"}},
		{"x86_64-linux-musl-gcc -o a a.c; gcc-12 -c a.c; clang++-17 --target=x86_64-linux-musl a.cc", []string{"x86_64-linux-musl-gcc --o=a a.c", "gcc --c a.c", "clang++ --target=x86_64-linux-musl a.cc"}},
		{"make -j 4 -C src CC=gcc CFLAGS='-O2 -g' install; make -j install", []string{"make -j=4 -C=src CC=gcc CFLAGS=-O2 -g install", "make -j install"}},
		{"cmake -S . -B b -DCMAKE_BUILD_TYPE=Release -D X=1 -GNinja; cmake --build b --target all -j$(nproc)", []string{"cmake -S=. -B=b -D=CMAKE_BUILD_TYPE=Release -D=X=1 -G=Ninja", "cmake --build=b --target=all -j=$(nproc)?", "cmake>nproc"}},
		{"./configure --prefix /usr --host=x --enable-static CC=gcc; ../configure", []string{"configure --prefix=/usr --host=x --enable-static CC=gcc", "configure"}},
		{"./Configure linux-x86_64 no-shared -static --prefix=/usr -Wl,-rpath=/x; ./config -d", []string{"Configure --static --prefix=/usr --Wl=-rpath=/x linux-x86_64 no-shared", "config --d"}},
		{"./gradlew -x test build -Pv=1; ./mvnw -B -DskipTests -pl app -am package", []string{"gradle -x=test -P=v=1 build", "mvn --B --D=skipTests --pl=app --am package"}},
		{"openssl req -x509 -newkey rsa:2048 -nodes -keyout k; openssl dgst -sha256 f", []string{"openssl/req --x509 --newkey=rsa:2048 --nodes --keyout=k", "openssl/dgst --sha256 f"}},
		{"sed -i 's/a/b/' f; sed -i.bak -ne p f", []string{"sed -i s/a/b/ f", "sed -i=.bak -n -e=p f"}},
		{"perl -pi -e 's/a/b/' f", []string{"perl -p -i -e=s/a/b/ f"}},
		{"adduser -D -u 1000 -G grp -h /h app", []string{"adduser -D -u=1000 -G=grp -h=/h app"}},
		{"sometool -abc --x=y --z w -5; head -20 f", []string{"sometool -abc --x=y --z -5 w", "head -20 f"}},
		{"echo -n --x; printf -- '-x%s' a", []string{"echo -n --x", "printf -- -x%s a"}},
		{"node --max-old-space-size=1 app.js --flag; python3 -u main.py -c x; python -W ignore -m http.server 80", []string{"node --max-old-space-size=1 app.js --flag", "python -u main.py -c x", "python -W=ignore -m=http.server 80"}},
		{"$CMD install x; $APK add x; \"$APK\" add x", []string{"- install x", "apk/add --no-cache x", "apk --no-cache add x"}},
		{"apk $SUB -t x y", []string{"apk -t=x $SUB? y"}},
		{"apk add --virtual", []string{"apk/add --virtual"}},
		{"docker -H h compose -f x up -d", []string{"docker/compose up -H=h -f=x -d"}},
		{"conda env create -f e.yml -n x; micromamba install -y -n base -c conda-forge p", []string{"conda/env create -f=e.yml -n=x", "micromamba/install -y -n=base -c=conda-forge p"}},
		{"ssh -p 22 h ls -l; find . -name '*.so' -type f -delete", []string{"ssh -p=22 h ls -l", "find --name=*.so --type=f --delete ."}},
	}.run(t, describeAll)
}

func TestFlagLookup(t *testing.T) {
	cmd := mustParse(t, "pip install -r a.txt --requirement=b.txt -q -r").Commands[0]
	if diff := cmp.Diff([]string{"a.txt", "b.txt"}, cmd.FlagValues("r", "requirement")); diff != "" {
		t.Error(diff)
	}
	if f, ok := cmd.Flag("requirement", "none"); !ok || f.Value != "b.txt" || cmd.HasFlag("none") || !cmd.HasFlag("none", "q") {
		t.Errorf("Flag(requirement) = %+v, %v", f, ok)
	}
}

func TestWrappers(t *testing.T) {
	cases{
		{"sudo -E -u app A=1 apk add x", []string{"apk/add x (A=1)"}},
		{"A=1 env -i B='2 3' nice -n 5 timeout -k 5 30 pip install x", []string{"pip/install x (A=1) (B=2 3)"}},
		{"exec /sbin/tini -- su-exec app:app node app.js", []string{"node app.js"}},
		{"gosu app dumb-init -- doas xvfb-run -a npm test", []string{"npm/test"}},
		{"command apk add x; command -v apk; command -p ls", []string{"apk/add x", "command -v apk", "ls"}},
		{"linux32 make; setarch i386 make; nohup make &", []string{"make", "make", "make"}},
		{"env - A=1 x; [[ a; export B=1; sh -c 'x $B'", []string{"x (A=1)", "[[ a", "export B=1 (B=1)", "sh -c x $B", "sh>x 1"}}, // not bash
		{"env; sudo -i; env A=1; exec > log", []string{"env", "sudo -i", "env A=1", "exec"}},
		{"time make; busybox wget u", []string{"make", "wget u"}},
		{"python3 -m pip install x; python -I -W ignore -m venv /v; python -m mymod pip", []string{"pip/install x", "venv /v", "python -m=mymod pip"}},
		{"corepack yarn install; corepack enable", []string{"yarn/install", "corepack/enable"}},
		{"perl Configure linux-x86_64; perl ./Configure no-shared; perl -w x.pl", []string{"Configure linux-x86_64", "Configure no-shared", "perl -w x.pl"}},
		{"/usr/bin/sudo /usr/local/bin/pip3 install x", []string{"pip/install x"}},
	}.run(t, describeAll)
	c := mustParse(t, "sudo -E timeout 5 pip3.7 install x").Commands[0]
	if c.Program != "pip3.7" || len(c.Wrappers) != 4 || c.Wrappers[2].Text != "timeout" || c.Words[0].Text != "pip3.7" {
		t.Errorf("program %q, wrappers %v, words %v", c.Program, c.Wrappers, c.Words)
	}
}

func TestCarried(t *testing.T) {
	cases{
		{"sh -c 'apk add x && y'", []string{"sh -c apk add x && y", "sh>apk/add x", "sh>y"}},
		{"bash -euxo pipefail -c 'a' name arg", []string{"bash -e -u -x -o=pipefail -c a name arg", "bash>a"}},
		{"sh -c \"sh -c 'apk add x'\"", []string{"sh -c sh -c 'apk add x'", "sh>sh -c apk add x", "sh>apk/add x"}},
		{"su -s /bin/sh -c 'npm ci' node; su - pg -c \"psql\"", []string{"su -s=/bin/sh -c=npm ci node", "su>npm/ci", "su -c=psql - pg", "su>psql"}},
		{"eval 'apk add' x; eval \"$(ssh-agent)\"", []string{"eval apk add x", "eval>apk/add x", "eval $(ssh-agent)?", "eval>ssh-agent"}},
		{"ls | xargs -r -n 1 apk del -q", []string{"ls", "xargs -r -n=1 apk del -q", "xargs>apk/del -q"}},
		{"xargs -I% cp % /d", []string{"xargs -I=% cp % /d", "xargs>cp %? /d"}},
		{"find / -type f -exec strip -s {} + -o -exec sh -c 'x' \\;", []string{"find --type=f --exec --o --exec /", "find>strip -s {}?", "find>sh -c x", "sh>x"}},
		{"npx -y -p a playwright@1.40 install --with-deps", []string{"npx -y -p=a playwright@1.40 install --with-deps", "npx>playwright/install --with-deps"}},
		{"npx -c 'tsc -b'", []string{"npx -c=tsc -b", "npx>tsc -b"}},
		{"npm exec -- vite build; pnpm dlx x; yarn dlx y z; bunx w; bun x v", []string{
			"npm/exec vite build", "npm>vite/build", "pnpm/dlx x", "pnpm>x", "yarn/dlx y z", "yarn>y z", "bunx w", "bunx>w", "bun/x v", "bun>v"}},
		{"bundle exec rake a:b; poetry run pip install x; uv run --with p python -m pip install q", []string{
			"bundle/exec rake a:b", "bundle>rake a:b", "poetry/run pip install x", "poetry>pip/install x",
			"uv/run --with=p python -m pip install q", "uv>pip/install q"}},
		{"rustup run nightly cargo build; conda run -n e pip install x", []string{"rustup/run nightly cargo build", "rustup>cargo/build", "conda/run -n=e pip install x", "conda>pip/install x"}},
		{"echo $(date) `id -u` \"$(a \"$(b)\")\" <(c) > $(d)", []string{"echo $(date)? `id -u`? $(a \"$(b)\")? <(c)?", "echo>date", "echo>id -u", "echo>a $(b)?", "a>b", "echo>c", "echo>d"}},
		{"V=$(x) W=${U:-$(y)} && z $((1 + $(w)))", []string{"- (V=$(x)?) (W=${U:-$(y)}?)", ">x", ">y", "z $((1 + $(w)))?", "z>w"}},
		{"sh <<'EOF'\napk add x\nEOF\nbash -s a <<EOF\ny\nEOF", []string{"sh", "sh>apk/add x", "bash -s a", "bash>y"}},
		{"cat <<EOF | sudo sh\napk add $PKGS\nEOF", []string{"cat", "sh", "sh>apk/add curl git"}},
		{"echo 'apk add x' | sh; printf '%s\\n' a b | bash -e; bash <<< 'c d'", []string{"echo apk add x", "sh", "sh>apk/add x", "printf %s\\n a b", "bash -e", "bash>a", "bash>b", "bash", "bash>c d"}},
		{"curl -s u | sh -s -- -y", []string{"curl -s u", "sh -s -y"}},
		{"sh script.sh <<EOF\nnot commands\nEOF", []string{"sh script.sh"}},
		{"sh -c \"x $(y) 'z'\"", []string{"sh -c x $(y) 'z'?", "sh>y", "sh>x $(y)? z"}},
		{"sh -c 'if'", []string{"sh -c if"}},
		{"f() { a; }; if b; then c; fi; while d; do e; done; for x in $(g); do h; done; case $(i) in k) l;; esac; (m; { n; })", []string{"a", "b", "c", "d", "e", "g", "h", "i", "l", "m", "n"}},
		{"until a; do b; done; select x in y; do c; done; ! d; [[ -f $V && x == y ]] && e; (( 1 + $(f) ))", []string{"a", "b", "c", "d", "[[ -f $V? x y ]]", "e", "f"}},
		{"> /x", []string{"-"}},
	}.run(t, describeAll)
}

func TestVariables(t *testing.T) {
	words := func(s *Script) []string {
		var out []string
		for _, c := range s.Commands {
			if c.Name != "show" {
				continue
			}
			for _, word := range c.Words[1:] {
				text := word.Text
				if !word.Known {
					text += "?"
				}
				out = append(out, text)
			}
		}
		return out
	}
	cases{
		{`show $PKGS "$PKGS" x$PKGS'y' $EMPTY "$EMPTY" $EMPTY''`, []string{"curl", "git", "curl git", "xcurl", "gity", "", ""}},
		{`show ${VERSION#v} ${VERSION%.*} ${VERSION%%.*} ${VERSION##*.} ${VERSION//./_} ${VERSION/./} ${VERSION:1} ${VERSION:1:3} ${#VERSION} ${VERSION^^}`,
			[]string{"1.2.3", "v1.2", "v1", "3", "v1_2_3", "v12.3", "1.2.3", "1.2", "6", "V1.2.3"}},
		{`show ${NONE:-a b} ${NONE-c} ${EMPTY:-d} ${EMPTY-e} ${VERSION:+f} ${EMPTY:+g} ${NONE+h} ${NONE} ${NONE:?x} ${!VERSION} ${A[0]} $1 $@`,
			[]string{"a", "b", "c", "d", "f", "${NONE+h}?", "${NONE}?", "${NONE:?x}?", "${!VERSION}?", "${A[0]}?", "$1?", "$@?"}},
		{`show ${X:=q}; show $X`, []string{"q", "q"}},
		{`V=1; V=2 show $V; show $V; W=$V$V; show $W`, []string{"1", "1", "11"}},
		{`V=1; V+=2; export U=$V X="a b"; show $V $U $X`, []string{"12", "12", "a", "b"}},
		{`V=$(uname -m); show "a-$V" "b-$(uname -m)"`, []string{"a-$V?", "b-$(uname -m)?"}},
		{`V=1; if x; then V=2; show $V; else show $V; fi; show $V`, []string{"2", "1", "$V?"}},
		{`V=1; [ x ] && V=2 && show $V; show $V`, []string{"2", "$V?"}},
		{`V=1; x && V=2; show $V`, []string{"2"}},
		{`V=1; x || V=2; show $V`, []string{"$V?"}},
		{`V=1; (V=2; show $V); show $V; V=3 | x; show $V`, []string{"2", "1", "1"}},
		{`V=1; for V in a b; do show $V; done; show $V`, []string{"$V?", "$V?"}},
		{`V=1; W=2; while x; do show $V $W; read V; done; for i in 1; do for j in 1; do for k in 1; do for l in 1; do for m in 1; do show $W; done; done; done; done; done`,
			[]string{"$V?", "2", "$W?"}},
		{`P='v*'; Q=.; show ${VERSION#$P.} ${VERSION/$Q/-} ${VERSION/"."/+} ${VERSION/[.]/+} ${VERSION#[v]} ${VERSION#$NO} ${VERSION:$Q} ${VERSION,,} ${VERSION^} ${VERSION@Q}`,
			[]string{"2.3", "v1-2.3", "v1+2.3", "${VERSION/[.]/+}?", "${VERSION#[v]}?", "${VERSION#$NO}?", "${VERSION:$Q}?", "v1.2.3", "V1.2.3", "${VERSION@Q}?"}},
		{`show ${VERSION=x} ${NONE%x} ${VERSION:?no} ${VERSION/#x/y} ${VERSION/%.3/.4} ${VERSION/\./-} "" ''`, []string{"v1.2.3", "${NONE%x}?", "v1.2.3", "v1.2.3", "v1.2.4", "v1-2.3", "", ""}},
		{`V=1; while x; do show $V; V=2; show $V; done; show $V`, []string{"$V?", "2", "$V?"}},
		{`case x in a) V=1;; b) V=2;; esac; show $V`, []string{"$V?"}},
		{`f() { V=1; }; V=0; f; show $V`, []string{"0"}}, // calls are not followed
		{`read V; unset VERSION; show $V ${VERSION:-gone} $VERSION`, []string{"$V?", "gone", "$VERSION?"}},
		{`. /etc/os-release; show $VERSION`, []string{"$VERSION?"}},
		{`A=(a b); show $A; declare -x B=1; show $B; local C; show $C`, []string{"$A?", "1", "$C?"}},
		{`V=1; sh -c 'show $V $VERSION'; export V; sh -c 'show $V'; W=2 sh -c 'show $W'; eval 'show $V'`, []string{"$V?", "v1.2.3", "1", "2", "1"}},
		{`VERSION=$(x) sh -c 'show ${VERSION:-d}'`, []string{"${VERSION:-d}?"}},
		{`V='*.c'; show "${VERSION%"*"}" ${VERSION%'.3'} a\ b "c\"d\$e\f" $'g\th\x41\101\u00e9' $"i"`, []string{"v1.2.3", "v1.2", "a b", `c"d$e\f`, "g\thAAé", "i"}},
		{`show *.so ~/x {a,b} a?b [c]`, []string{"*.so", "~/x", "{a,b}", "a?b", "[c]"}},
	}.run(t, words)
}

func TestFlow(t *testing.T) {
	flags := func(s *Script) []string {
		var out []string
		for _, c := range s.Commands {
			text := c.Name
			for _, f := range []struct {
				name string
				on   bool
			}{{"conditional", c.Conditional}, {"tolerated", c.Tolerated}, {"and", c.AndNext}, {"last", c.Last}, {"errexit", c.ErrExit}, {"pipefail", c.PipeFail}} {
				if f.on {
					text += " " + f.name
				}
			}
			if c.Guard != "" {
				text += " <" + c.Guard + ">"
			}
			out = append(out, text)
		}
		return out
	}
	cases{
		{"a && b && c", []string{"a and last", "b and last", "c last"}},
		{"a; b", []string{"a", "b last"}},
		{"a || true", []string{"a tolerated", "true conditional last"}},
		{"a || :; b", []string{"a tolerated", ": conditional", "b last"}},
		{"a || echo x", []string{"a tolerated", "echo conditional last"}},
		{"a || { b; exit 1; }", []string{"a", "b conditional", "exit conditional last"}},
		{"a || (b && exit 3)", []string{"a", "b conditional and last", "exit conditional last"}},
		{"a || exit 0; c || exit; d || die x", []string{"a tolerated", "exit conditional", "c", "exit conditional", "d", "die conditional last"}},
		{"a && b || true && c", []string{"a tolerated and", "b tolerated", "true conditional and last", "c last"}},
		{"{ a; b; } || true; ! c; d & e", []string{"a tolerated", "b tolerated", "true conditional", "c tolerated", "d tolerated", "e last"}},
		{"if a; then b; elif c; then d; else e; fi", []string{"a tolerated", "b conditional last <a>", "c conditional tolerated <! a>", "d conditional last <c>", "e conditional last <! c>"}},
		{"if command -v apk >/dev/null; then apk add x; fi", []string{"command tolerated", "apk conditional last <command -v apk >/dev/null>"}},
		{"if a && b; then if c; then d; fi; else e; fi", []string{"a tolerated and", "b tolerated", "c conditional tolerated <a && b>", "d conditional last <a && b && c>", "e conditional last <! { a && b; }>"}},
		{"case $X in a|b) c;; *) d;; esac", []string{"c conditional last <case $X in a|b>", "d conditional last <case $X in *>"}},
		{"while a; do b; done; until c; do d; done", []string{"a tolerated", "b conditional <a>", "c tolerated", "d conditional last <! c>"}},
		{"for x in a; do b; done; f() { c; }", []string{"b conditional", "c conditional"}},
		{"[ -e x ] && a && b; c", []string{"[ and", "a and <[ -e x ]>", "b <[ -e x ]>", "c last"}},
		{"(( 1 )) && a; ! which x && b", []string{"a <(( 1 ))>", "which tolerated and", "b last <! which x>"}},
		{"a || (b; false); c || { d; } & e", []string{"a", "b conditional", "false conditional", "c tolerated", "d conditional tolerated", "e last"}},
		{"coproc a; [[ x ]] || b", []string{"a tolerated", "[[ tolerated", "b conditional last <! [[ x ]]>"}},
		{"set -o errexit -o pipefail +e; a; set -- -e; b", []string{"set", "a pipefail", "set pipefail", "b last pipefail"}},
		{"bash --norc -e -c a; for x in 1; do cd /; done", []string{"bash", "a errexit", "cd conditional last"}},
		{"which apk || a; b", []string{"which tolerated", "a conditional <! which apk>", "b last"}},
		{"set -e; a; set +e; b; set -euo pipefail; c | d", []string{"set", "a errexit", "set errexit", "b", "set", "c last errexit pipefail", "d last errexit pipefail"}},
		{"sh -ec 'a; b'; c | d", []string{"sh", "a errexit", "b errexit", "c", "d last"}},
		{"sh -c 'a; b' || true", []string{"sh tolerated", "a tolerated", "b tolerated", "true conditional last"}},
		{"V=$(a); echo $(b)", []string{"", "a", "echo last", "b tolerated"}},
		{"V=$(a)", []string{" last", "a last"}},
	}.run(t, flags)
}

func TestDir(t *testing.T) {
	dirs := func(s *Script) []string {
		var out []string
		for _, c := range s.Commands {
			if c.Name == "x" {
				out = append(out, c.Dir)
			}
		}
		return out
	}
	cases{
		{"x; cd /a && x; cd b/../c; x; cd -; x; cd /d; x", []string{"", "/a", "/a/c", "?", "/d"}},
		{"cd sub && x; cd ..; x; cd $DEST; x; cd $NO; x; cd y; x", []string{"sub", "", "/opt/x", "?", "?"}},
		{"(cd /a; x); x; cd /b | x; { cd /c; }; x", []string{"/a", "", "", "/c"}},
		{"if y; then cd /a; x; fi; x; cd /e; pushd /f; x; popd; x", []string{"/a", "?", "/f", "/e"}},
		{"cd /a; for d in 1 2; do x; cd $d; done; sh -c 'cd b; x'; cd /c; sh -c 'cd b; x'; x", []string{"?", "?", "/c/b", "/c"}},
		{"y || cd /a; x; cd; x", []string{"?", "?"}},
		{"cd /a || exit 1; x; sudo cd /z; x", []string{"/a", "/a"}},
	}.run(t, dirs)
}

func TestPipes(t *testing.T) {
	s := mustParse(t, "a | b | c; { d; e; } | f")
	c := s.Commands
	if c[0].PipeTo != c[1] || c[1].PipeFrom != c[0] || c[1].PipeTo != c[2] || c[2].PipeTo != nil {
		t.Errorf("a | b | c is not linked")
	}
	if c[4].PipeTo != c[5] || c[5].PipeFrom != c[4] || c[3].PipeTo != nil {
		t.Errorf("a group is not represented by its last command")
	}
}

func TestEnv(t *testing.T) {
	s := mustParse(t, "A=1; export B=2 A; C=3 x; unset B; sh -c 'export D=4; y'; z")
	for _, want := range []struct {
		command, name, value string
		ok                   bool
	}{
		{"x", "A", "1", true}, {"x", "B", "2", true}, {"x", "C", "3", true}, {"x", "D", "", false},
		{"y", "B", "", false}, {"y", "D", "4", true}, {"y", "A", "1", true}, {"z", "C", "", false}, {"z", "D", "", false},
	} {
		for _, c := range s.Commands {
			if c.Name != want.command {
				continue
			}
			if got, ok := c.Env(want.name); got.Text != want.value || ok != want.ok {
				t.Errorf("%s sees %s=%q %v, want %q %v", want.command, want.name, got.Text, ok, want.value, want.ok)
			}
		}
	}
}

// TestPlaces wants the spelling of each word, and that flags' values are placed.
func TestPlaces(t *testing.T) {
	const base = 100
	for _, c := range []struct {
		script  string
		command int
		words   []string
		values  []string
	}{
		{"apk  add 'a'\"b\" \\\n c\\\nd\\\n", 0, []string{"apk", "add", `'a'"b"`, "c\\\nd"}, nil},
		{"foo\\\n bar\\\n\\\n baz\r\n", 0, []string{"foo", "bar", "baz"}, nil},
		{"echo \\\nfoo \\\n\\\nbar", 0, []string{"echo", "foo", "bar"}, nil},
		{"pip install --index-url='http://x' -rreq.txt --cert c.pem", 0, []string{"pip", "install", "--index-url='http://x'", "-rreq.txt", "--cert", "c.pem"}, []string{"'http://x'", "req.txt", "c.pem"}},
		{`sh -c "apk add \"\$X\" foo"`, 1, []string{"apk", "add", `\"\$X\"`, "foo"}, nil},
		{"sh -c 'apk add '\"x y\"'z'", 1, []string{"apk", "add", "x", `y"'z`}, nil},
		{`sh -c "sh -c \"sh -c 'a b'\""`, 3, []string{"a", "b"}, nil},
		{`sh -c "$APK add x"`, 1, []string{"$APK", "$APK", "add", "x"}, nil},
		{"eval apk 'add  x'", 1, []string{"apk", "add", "x"}, nil},
		{"sh <<-E\n\tapk add x\n\tE\n", 1, []string{"apk", "add", "x"}, nil},
		{"cat <<E | sh\na $VERSION b\nE\n", 2, []string{"a", "$VERSION", "b"}, nil},
		{"echo 'a b' | sh", 2, []string{"a", "b"}, nil},
		{"echo  a  b | sh", 2, []string{"a  b", "a  b"}, nil},
		{"find . -exec rm -f {} ;", 1, []string{"rm", "-f", "{}"}, nil},
		{"export A=\"x y\" B", 0, []string{"export", `A="x y"`, "B"}, nil},
		{"[[ -f /x && $A = b ]]", 0, []string{"[[", "-f", "/x", "$A", "b", "]]"}, nil},
		{"a `b \\`c d\\``", 2, []string{"c", "d"}, nil},
	} {
		s, err := Parse(c.script, base, outside)
		if err != nil {
			t.Errorf("%q: %v", c.script, err)
			continue
		}
		check(t, c.script, base, s)
		if c.command >= len(s.Commands) {
			t.Errorf("%q: %d commands", c.script, len(s.Commands))
			continue
		}
		spell := func(start, end int) string { return c.script[start-base : end-base] }
		cmd := s.Commands[c.command]
		var words, values []string
		for _, w := range cmd.Words {
			words = append(words, spell(w.Start, w.End))
		}
		for _, f := range cmd.Flags {
			if f.HasValue {
				values = append(values, spell(f.ValueStart, f.ValueEnd))
			}
		}
		if diff := cmp.Diff(c.words, words); diff != "" {
			t.Errorf("%q: words (-want +got)\n%s", c.script, diff)
		}
		if c.values != nil {
			if diff := cmp.Diff(c.values, values); diff != "" {
				t.Errorf("%q: values (-want +got)\n%s", c.script, diff)
			}
		}
	}
}

// TestContinuation: Docker joins lines before the shell runs, so that a quoted
// continuation is not part of the text. A script keeps it.
func TestContinuation(t *testing.T) {
	if got := mustParse(t, "echo 'a \\\nb'").Commands[0].Operands[0].Text; got != "a b" {
		t.Errorf("joined instruction: %q", got)
	}
	if got := mustParse(t, "echo 'a \\\r\nb'").Commands[0].Operands[0].Text; got != "a b" {
		t.Errorf("joined instruction with carriage returns: %q", got)
	}
	if got := mustParse(t, "echo 'a \\\nb'\n").Commands[0].Operands[0].Text; got != "a \\\nb" {
		t.Errorf("script: %q", got)
	}
}

func TestParseExec(t *testing.T) {
	text := `["sh", "-c", "apk add \"x\"", "y"]`
	list := func(values ...string) []Word {
		var words []Word
		at := 1
		for _, v := range values {
			spelled := fmt.Sprintf("%q", v)
			at += strings.Index(text[at:], spelled)
			words = append(words, Word{v, true, at, at + len(spelled)})
			at += len(spelled)
		}
		return words
	}
	s := ParseExec(list("sh", "-c", `apk add "x"`, "y"), outside)
	if diff := cmp.Diff([]string{`sh -c apk add "x" y`, "sh>apk/add x"}, describeAll(s)); diff != "" {
		t.Error(diff)
	}
	if c := s.Commands[1]; text[c.Start:c.End] != `"apk add \"x\""` {
		t.Errorf("with escapes the whole string is the place, not %q", text[c.Start:c.End])
	}
	text = `["/usr/bin/env", "A=1", "bash", "-lc", "exec pip install $PKGS --cert=c"]`
	s = ParseExec(list("/usr/bin/env", "A=1", "bash", "-lc", "exec pip install $PKGS --cert=c"), outside)
	if diff := cmp.Diff([]string{"bash -l -c exec pip install $PKGS --cert=c (A=1)", "bash>pip/install --cert=c curl git"}, describeAll(s)); diff != "" {
		t.Error(diff)
	}
	if c := s.Commands[1]; text[c.Start:c.End] != "pip install $PKGS --cert=c" || text[c.Flags[0].ValueStart:c.Flags[0].ValueEnd] != "c" {
		t.Errorf("places: %q, %+v", text[c.Start:c.End], c.Flags[0])
	}
	text = `["npm", "--prefix=web", "$X"]`
	c := ParseExec(list("npm", "--prefix=web", "$X"), nil).Commands[0]
	if f := c.Flags[0]; text[f.ValueStart:f.ValueEnd] != "web" || c.Sub != "$X" {
		t.Errorf("no shell expands %+v", c)
	}
	if s := ParseExec(nil, nil); len(s.Commands) != 0 {
		t.Errorf("no words make a command: %v", s.Commands)
	}
}

func TestSyntaxError(t *testing.T) {
	for script, offset := range map[string]int{
		"a && (b": 5, "if a; then b": 0, "echo 'x": 5, "a\nb )": 4, "x ;; y": 2,
	} {
		_, err := Parse(script, 10, nil)
		var syntaxError *SyntaxError
		if !errors.As(err, &syntaxError) || syntaxError.Offset != offset+10 || syntaxError.Msg == "" {
			t.Errorf("%q: %#v, want offset %d", script, err, offset+10)
		}
	}
	if _, err := Parse("function_() { a; }; b <(c", 0, nil); err == nil {
		t.Error("no error")
	}
	if _, err := Parse("a=(; b", 0, nil); err == nil {
		t.Error("no error")
	}
}

// TestHostile wants an answer, any answer, in good time. The bound is generous: what is
// quadratic in these sizes takes minutes.
func TestHostile(t *testing.T) {
	rep := strings.Repeat
	for name, script := range map[string]string{
		"parens":         rep("(", 60_000),
		"few parens":     rep("(", 20_000),
		"arithmetic":     "$((" + rep("(", 500_000),
		"substitutions":  rep("$(a ", 20_000) + rep(")", 20_000),
		"ifs":            rep("if a; then ", 20_000) + rep("fi;", 20_000),
		"elifs":          "if a; then b; " + rep("elif c; then d; ", 10_000) + "fi",
		"loops":          rep("while a; do V=1; ", 150) + rep(":; ", 10_000) + rep("done;", 150),
		"commands":       rep("apk add a b c\n", 10_000),
		"and":            rep("a && ", 13_000) + "a",
		"tests":          rep("[ a ] && ", 7_000) + "a",
		"or":             rep("a || ", 13_000) + "a",
		"pipes":          rep("tee f | ", 100_000) + "sh",
		"sudo":           rep("sudo ", 13_000) + "a",
		"xargs":          rep("xargs ", 13_000) + "a",
		"env":            "env " + rep("A=1 ", 16_000) + "a",
		"doubling":       "A=aaaaaaaa\n" + rep("A=$A$A\n", 10_000) + rep("echo $A\n", 1_000),
		"long values":    "A=" + rep("a", 60_000) + "\n" + rep("echo $A\n", 5_000),
		"nested scripts": "A='" + rep("x;", 30_000) + "'\n" + rep("sh -c \"$A\"\n", 5_000),
		"globs":          "A=" + rep("a", 30_000) + "\n" + rep("echo ${A%%*a*a*a*a*b}\n", 1_000),
		"exports":        rep("export A=1;sh -c 'echo $B';", 3_000),
		"subshells":      rep("(A=1;", 5_000) + rep(")", 5_000),
		"defaults":       rep("${A:-", 10_000) + rep("}", 10_000),
		"groups":         rep("{ ", 190) + rep("a >b;", 10_000) + rep(" } >c;", 190),
		"heredocs":       rep("cat <<E\nx\nE\n", 5_000),
		"line":           rep("a ", 32_000),
		"words":          "tar " + rep("f", 64_000),
		"flags":          "curl " + rep("-o ", 20_000),
		"evals":          rep("eval ", 10_000) + "a",
		"pushd":          rep("pushd a;", 30_000),
		"ternary":        "$((" + rep("1?", 80_000),
		"execs":          "find " + rep("-exec a ; ", 10_000),
		"quotes":         rep("sh -c \"", 10_000),
		"escapes":        rep("\\\n", 30_000) + "a",
		"cases":          rep("case a in b) ", 5_000) + rep("esac;", 5_000),
	} {
		start := time.Now()
		s, err := Parse(script, 0, nil)
		if err == nil {
			check(t, script, 0, s)
			s.Writes()
		}
		if took := time.Since(start); took > 20*time.Second {
			t.Errorf("%s: %v", name, took)
		} else {
			t.Logf("%s: %v %v", name, took, err)
		}
	}
	if _, err := Parse(rep("a", maxText+1), 0, nil); err == nil {
		t.Error("no limit on the length of a script")
	}
}

// TestDeep: commands behind the limits are left out, the others stay.
func TestDeep(t *testing.T) {
	s := mustParse(t, "a; "+strings.Repeat("(", 300)+"b"+strings.Repeat(")", 300)+"; c")
	if diff := cmp.Diff([]string{"a", "c"}, describeAll(s)); diff != "" {
		t.Error(diff)
	}
	if n := len(mustParse(t, strings.Repeat("apk add a\n", 10_000)).Commands); n != 10_000 {
		t.Errorf("%d commands", n)
	}
}

// check tests what holds for every script: places lie in the text and in their command,
// are in order, and show a plain word as it is.
func check(t testing.TB, text string, base int, s *Script) {
	t.Helper()
	index := map[*Command]int{}
	for i, c := range s.Commands {
		index[c] = i
		if c.Start < base || c.End > base+len(text) || c.Start > c.End {
			t.Fatalf("%q: command %q at [%d,%d)", text, c.Name, c.Start, c.End)
		}
		if parent, ok := index[c.Parent]; c.Parent != nil && (!ok || parent >= i) {
			t.Fatalf("%q: %q does not follow what carries it", text, c.Name)
		}
		if c.PipeFrom != nil && c.PipeFrom.PipeTo != c {
			t.Fatalf("%q: pipe into %q is not linked back", text, c.Name)
		}
		inside := func(start, end int) {
			t.Helper()
			if start < c.Start || end > c.End || start > end {
				t.Fatalf("%q: [%d,%d) outside of command %q [%d,%d)", text, start, end, c.Name, c.Start, c.End)
			}
		}
		at := c.Start
		for _, w := range c.Words {
			inside(w.Start, w.End)
			if w.Start < at {
				t.Fatalf("%q: word %q is out of order", text, w.Text)
			}
			at = w.Start
			raw := text[w.Start-base : w.End-base]
			// What printf wrote is placed at its words, and the parser drops NUL bytes.
			if w.Known && !strings.ContainsAny(raw, "'\"\\$`\r\n \t%\x00") && raw != w.Text {
				t.Fatalf("%q: word %q is placed at %q", text, w.Text, raw)
			}
		}
		for _, f := range c.Flags {
			inside(f.Start, f.End)
			if f.ValueStart < f.Start || f.ValueEnd > f.End || f.ValueStart > f.ValueEnd || f.HasValue != (f.ValueStart < f.ValueEnd) && f.Value != "" {
				t.Fatalf("%q: value of flag %+v", text, f)
			}
		}
		for _, a := range c.Assigns {
			if a.Value.Start < a.Start || a.Value.End > a.End || a.Start < base || a.End > base+len(text) {
				t.Fatalf("%q: assignment %+v", text, a)
			}
		}
		for _, r := range c.Redirects {
			for _, w := range []Word{r.Target, r.Body, {Start: r.Start, End: r.End}} {
				if w.Start == 0 && w.End == 0 {
					continue
				}
				if w.Start < base || w.Start > w.End || w.End > base+len(text) {
					t.Fatalf("%q: redirection %+v", text, r)
				}
			}
		}
		if n := len(c.Flags) + len(c.Operands); n > 0 && len(c.Words) == 0 {
			t.Fatalf("%q: %d flags and operands without words", text, n)
		}
	}
}
