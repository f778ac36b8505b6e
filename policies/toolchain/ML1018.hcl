policy "ML1018" {
  name     = "bun-for-glibc"
  title    = "A Bun that is built for glibc, or lacks its libraries, is put into a musl image"
  severity = "warning"
  covers   = ["BUN_GLIBC_ON_ALPINE"]
  once     = "stage"
  links = [
    "https://github.com/oven-sh/bun/issues/5545",
    "https://github.com/oven-sh/bun/pull/15154",
    "https://github.com/oven-sh/bun/issues/24227",
  ]

  match "install" {
    libc    = ["musl"]
    manager = ["npm"]
    package = ["bun", "@oven/bun-linux-*"]
  }
  match "download" {
    libc = ["musl"]
    url  = ["*bun.sh/install", "*bun.com/install", "*oven-sh/bun/releases/*bun-linux-*"]
  }
  # The installer finds Alpine by itself since 1.1.35, npm has had musl builds since 1.1.39;
  # both link to libstdc++ and libgcc.
  when = (
    stage.shim == "" && !has_word("musl") && !has_word("\\.(?:sha256|asc|txt)$")
    && (
      has_word("^@oven/bun-linux-") || has_word("bun-linux-[^/]*\\.zip")
      || has_word("^bun@") && version_compare("semver", try(regex("^bun@v?([0-9]+\\.[0-9]+\\.[0-9]+)$", one([for w in command.words : w if startswith(w, "bun@")]))[0], "999.0.0"), "1.1.39") < 0
      || has_word("/install$") && (matches("bun-v(?:0|1\\.0|1\\.1\\.(?:[0-9]|[12][0-9]|3[0-4]))\\b", instruction.text) || finally_installed("libstdc++") == "no")
      || has_word("^bun$")
    )
  )

  # Unpinned, npm installs a Bun that has a build for musl; only one that is pinned by other means would fail.
  severity_when "info" {
    when = has_word("^bun$") && finally_installed("libstdc++") != "no"
  }

  message = (
    has_word("^bun$") && finally_installed("libstdc++") != "no"
    ? "npm has a Bun for musl since 1.1.39: an older one stops here with \"Failed to find package \\\"@oven/bun-linux-x64\\\"\" or \"bun: not found\", so this line is right for new versions only and should name one"
    : (
      has_word("^bun$") || has_word("/install$") && !matches("bun-v(?:0|1\\.0|1\\.1\\.(?:[0-9]|[12][0-9]|3[0-4]))\\b", instruction.text)
      ? "Bun's build for musl needs two libraries that ${stage.base_image} lacks: \"Error loading shared library libstdc++.so.6: No such file or directory (needed by bun)\""
      : "this Bun is built for glibc: on ${stage.base_image} the installation stops with \"Failed to find package \\\"@oven/bun-linux-x64\\\"\" or the program with \"bun: not found\", with gcompat \"unsupported relocation type 37\""
    )
  )

  fix "add the libraries: apk add --no-cache libstdc++ libgcc" {
    when   = finally_installed("libstdc++") == "no" && !has_word("bun-linux-[^/]*\\.zip")
    safety = "unsafe"
    recipe = "add-packages"
    with   = { packages = ["libstdc++", "libgcc"], needed = "run" }
  }
  fix "take its build for musl" {
    when   = try(package.spec, "1") == "" && can(regex("^@oven/bun-linux-(?:x64|aarch64)", package.name))
    safety = "unsafe"
    edit {
      at   = subject_range()
      with = "${try(regex("^@oven/bun-linux-(?:x64|aarch64)", package.name), "")}-musl${try(trimprefix(package.name, regex("^@oven/bun-linux-(?:x64|aarch64)", package.name)), "")}"
    }
  }
  fix "take oven/bun:1-alpine, or a build named -musl of Bun 1.1.39 or newer" {
    safety = "manual"
  }
}
