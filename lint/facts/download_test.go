package facts

import (
	"testing"

	"github.com/musllint/musllint/lint"
)

func TestClassifyURL(t *testing.T) {
	const gh = "https://github.com/"
	for _, test := range []struct {
		url     string
		libc    lint.Libc
		certain bool
		os      string
		arch    string
	}{
		{"https://awscli.amazonaws.com/awscli-exe-linux-x86_64.zip", lint.Glibc, true, "linux", "amd64"},
		{"https://awscli.amazonaws.com/awscli-exe-linux-${ARCH}.zip", lint.Glibc, true, "linux", ""},
		{"https://nodejs.org/dist/v20.1.0/node-v20.1.0-linux-x64.tar.xz", lint.Glibc, true, "linux", "amd64"},
		{"https://unofficial-builds.nodejs.org/download/release/v20.1.0/node-v20.1.0-linux-x64-musl.tar.xz", lint.Musl, true, "linux", "amd64"},
		{"https://mirror.corp/node/node-v18.0.0-linux-arm64.tar.gz", lint.Glibc, true, "linux", "arm64"},
		{gh + "oven-sh/bun/releases/download/bun-v1.1.0/bun-linux-x64.zip", lint.Glibc, true, "linux", "amd64"},
		{gh + "oven-sh/bun/releases/latest/download/bun-linux-aarch64-musl.zip", lint.Musl, true, "linux", "arm64"},
		{gh + "denoland/deno/releases/download/v1.40.0/deno-x86_64-unknown-linux-gnu.zip", lint.Glibc, true, "linux", "amd64"},
		{"https://deno.land/x/install/install.sh", lint.Glibc, true, "", ""},
		{gh + "someone/tool/releases/download/v1/tool-x86_64-unknown-linux-gnu.tar.gz", lint.Glibc, true, "linux", "amd64"},
		{gh + "someone/tool/releases/download/v1/tool-x86_64-unknown-linux-musl.tar.gz", lint.None, true, "linux", "amd64"},
		{gh + "someone/tool/releases/download/v1/tool-linux-amd64", lint.Unknown, false, "linux", "amd64"},
		{gh + "someone/tool/releases/download/v1/tool_Linux_x86_64.tar.gz", lint.Unknown, false, "linux", "amd64"},
		{gh + "someone/tool/releases/download/v1/tool-darwin-arm64", lint.Unknown, false, "darwin", "arm64"},
		{gh + "someone/tool/releases/download/v1/tool.jar", lint.Unknown, false, "", ""},
		{gh + "someone/tool/archive/refs/tags/v1.0.tar.gz", lint.Unknown, false, "", ""},
		{gh + "protocolbuffers/protobuf/releases/download/v21.1/protoc-21.1-linux-x86_64.zip", lint.Glibc, true, "linux", "amd64"},
		{"https://maven.corp/com/google/protobuf/protoc/3.0.0/protoc-3.0.0-linux-x86_64.exe", lint.Glibc, true, "linux", "amd64"},
		{gh + "sgerrand/alpine-pkg-glibc/releases/download/2.35-r0/glibc-2.35-r0.apk", lint.Glibc, true, "", ""},
		{gh + "krallin/tini/releases/download/v0.19.0/tini", lint.Glibc, true, "", ""},
		{gh + "krallin/tini/releases/download/v0.19.0/tini-static-amd64", lint.None, true, "", "amd64"},
		{gh + "krallin/tini/releases/download/v0.19.0/tini-muslc-amd64", lint.None, true, "", "amd64"},
		{gh + "just-containers/s6-overlay/releases/download/v3.1/s6-overlay-x86_64.tar.xz", lint.None, true, "", "amd64"},
		{"https://releases.hashicorp.com/terraform/1.5.0/terraform_1.5.0_linux_amd64.zip", lint.None, false, "linux", "amd64"},
		{"https://dl.k8s.io/release/v1.29.0/bin/linux/amd64/kubectl", lint.None, false, "", "amd64"},
		{"https://get.helm.sh/helm-v3.1.0-linux-amd64.tar.gz", lint.None, false, "linux", "amd64"},
		{gh + "mikefarah/yq/releases/latest/download/yq_linux_amd64", lint.None, false, "linux", "amd64"},
		{gh + "gohugoio/hugo/releases/download/v0.1/hugo_extended_0.1_linux-amd64.tar.gz", lint.Glibc, true, "linux", "amd64"},
		{gh + "gohugoio/hugo/releases/download/v0.1/hugo_0.1_linux-amd64.tar.gz", lint.None, false, "linux", "amd64"},
		{"https://go.dev/dl/go1.22.1.linux-amd64.tar.gz", lint.None, false, "linux", "amd64"},
		{"https://dl.google.com/go/go1.9.linux-amd64.tar.gz", lint.Glibc, false, "linux", "amd64"},
		{"https://golang.org/dl/go1.13.linux-amd64.tar.gz", lint.Glibc, false, "linux", "amd64"},
		{"https://download.java.net/java/GA/jdk17/0d/35/GPL/openjdk-17_linux-x64_bin.tar.gz", lint.Glibc, true, "linux", "amd64"},
		{"https://download.java.net/java/early_access/alpine/11/binaries/openjdk-17-ea+11_linux-x64-musl_bin.tar.gz", lint.Musl, true, "linux", "amd64"},
		{gh + "adoptium/temurin17-binaries/releases/download/x/OpenJDK17U-jdk_x64_linux_hotspot_17.0.1_12.tar.gz", lint.Glibc, true, "linux", "amd64"},
		{gh + "adoptium/temurin17-binaries/releases/download/x/OpenJDK17U-jdk_x64_alpine-linux_hotspot_17.0.1_12.tar.gz", lint.Musl, true, "linux", "amd64"},
		{"https://corretto.aws/downloads/latest/amazon-corretto-17-x64-linux-jdk.tar.gz", lint.Glibc, true, "linux", "amd64"},
		{"https://repo.anaconda.com/miniconda/Miniconda3-latest-Linux-x86_64.sh", lint.Glibc, true, "linux", "amd64"},
		{gh + "conda-forge/miniforge/releases/latest/download/Miniforge3-Linux-x86_64.sh", lint.Glibc, true, "linux", "amd64"},
		{"https://download.oracle.com/otn_software/linux/instantclient/instantclient-basiclite-linuxx64.zip", lint.Glibc, true, "linux", "amd64"},
		{"https://chromedriver.storage.googleapis.com/2.41/chromedriver_linux64.zip", lint.Glibc, true, "linux", "amd64"},
		{"https://dl.google.com/linux/direct/google-chrome-stable_current_amd64.deb", lint.Glibc, true, "linux", "amd64"},
		{gh + "PowerShell/PowerShell/releases/download/v7.4.0/powershell-7.4.0-linux-x64.tar.gz", lint.Glibc, true, "linux", "amd64"},
		{gh + "PowerShell/PowerShell/releases/download/v7.4.0/powershell-7.4.0-linux-musl-x64.tar.gz", lint.Musl, true, "linux", "amd64"},
		{"https://builds.dotnet.microsoft.com/dotnet/Sdk/8.0.100/dotnet-sdk-8.0.100-linux-x64.tar.gz", lint.Glibc, true, "linux", "amd64"},
		{"https://download.microsoft.com/download/x/msodbcsql18_18.1.1.1-1_amd64.apk", lint.Musl, true, "", "amd64"},
		{"https://example.com/someone.AppImage", lint.Glibc, false, "linux", ""},
		{"https://example.com/someone_1.0_amd64.deb", lint.Glibc, false, "linux", "amd64"},
		{"https://example.com/install.sh", lint.Unknown, false, "", ""},
		{"https://${HOST}/${FILE}", lint.Unknown, false, "", ""},
		{"", lint.Unknown, false, "", ""},
	} {
		got := ClassifyURL(test.url)
		if got.Libc != test.libc || got.Certain != test.certain || got.OS != test.os || got.Arch != test.arch {
			t.Errorf("%s\n\tis %+v\n\twant %s, certain %v, %s/%s", test.url, got, test.libc, test.certain, test.os, test.arch)
		}
		if (got.Why == "") != (got.Libc == lint.Unknown) {
			t.Errorf("%s: %s because %q", test.url, got.Libc, got.Why)
		}
	}
}

func TestGlob(t *testing.T) {
	for _, test := range []struct {
		pattern, text string
		want          bool
	}{
		{"*", "", true}, {"*", "abc", true}, {"a*c", "abbc", true}, {"a*c", "abcd", false}, {"a?c", "abc", true},
		{"*b*b*", "abab", true}, {"*bb*", "abab", false}, {"", "", true}, {"", "a", false}, {"a", "", false}, {"*/go1.?.*", "/go/go1.9.linux", true},
	} {
		if got := glob(test.pattern, test.text); got != test.want {
			t.Errorf("glob(%q, %q) = %v", test.pattern, test.text, got)
		}
	}
}

func FuzzClassifyURL(f *testing.F) {
	f.Add("https://github.com/a/b/releases/download/v1/c-linux-x64.tar.gz?x=y#z")
	f.Add("//")
	f.Add("dl.google.com/go/go1.9.linux")
	f.Fuzz(func(t *testing.T, url string) {
		got := ClassifyURL(url)
		if got.Certain && got.Libc == lint.Unknown {
			t.Errorf("%q: certain of nothing: %+v", url, got)
		}
		if got.Libc == lint.Glibc && got.OS != "" && got.OS != "linux" {
			t.Errorf("%q: glibc on %s", url, got.OS)
		}
		if got.Arch != "" && lint.Arch(got.Arch) != got.Arch {
			t.Errorf("%q: architecture %q", url, got.Arch)
		}
	})
}

func BenchmarkClassifyURL(b *testing.B) {
	b.ReportAllocs()
	for b.Loop() {
		ClassifyURL("https://github.com/someone/tool/releases/download/v1/tool-linux-amd64")
	}
}
