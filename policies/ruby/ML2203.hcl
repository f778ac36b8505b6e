policy "ML2203" {
  name     = "gems-locked-for-glibc"
  title    = "Gemfile.lock names gems that are built for glibc"
  severity = "warning"
  covers   = ["RUBY_GLIBC_GEM"]
  links = [
    "https://github.com/sparklemotion/nokogiri/issues/2075",
    "https://bundler.io/man/bundle-lock.1.html",
  ]

  match "install" {
    libc    = ["musl"]
    manager = ["gem"]
    package = [""]
  }
  when = (
    command.name == "bundle" && !command.conditional && !command.tolerated && stage.shim == "" && !file_text("\\bgcompat\\b") &&
    getenv("BUNDLE_FORCE_RUBY_PLATFORM") == "" && !text_before("force_ruby_platform|add-platform|bundle lock") &&
    length(context_texts(copied_from("Gemfile.lock"), "(?m)^ +.*-linux-musl\\)?\r?$")) == 0 &&
    (length([
      for name in context_texts(copied_from("Gemfile.lock"), "(?m)^    ([A-Za-z0-9_.-]+) \\([0-9][^()\\s]*-${stage.machine}-linux\\)\r?$") :
      name if contains(["glibc", "musl"], gem(name).kind)
      ]) > 0 ||
      (getenv("BUNDLE_DEPLOYMENT") != "" || getenv("BUNDLE_FROZEN") != "" || has_flag("deployment", "frozen") || text_before("bundle config.*(deployment|frozen)")) &&
      length(context_texts(copied_from("Gemfile.lock"), "(?m)^PLATFORMS\r?$")) > 0 &&
    length(context_texts(copied_from("Gemfile.lock"), "(?m)^  (ruby|${stage.machine}-linux)\r?$")) == 0)
  )

  once = "stage"
  message = (
    length(context_texts(copied_from("Gemfile.lock"), "(?m)^  (ruby|${stage.machine}-linux)\r?$")) == 0 ?
    "Your bundle only supports platforms [${join(", ", [for p in context_texts(copied_from("Gemfile.lock"), "(?m)^  ((?:x86_64|aarch64|arm64|x64|x86|i[3-6]86|arm|java|ppc64le|universal)[a-z0-9_.-]*)\r?$") : "\"${p}\""])}] but your local platform is ${stage.machine}-linux-musl" :
  "Bundler takes the gem of ${[for name in context_texts(copied_from("Gemfile.lock"), "(?m)^    ([A-Za-z0-9_.-]+) \\([0-9][^()\\s]*-${stage.machine}-linux\\)\r?$") : name if contains(["glibc", "musl"], gem(name).kind)][0]} for Linux with glibc, as it is locked, and it does not load on ${stage.base_image}: \"LoadError: Error loading shared library ld-linux-${stage.arch == "amd64" ? "x86-64.so.2" : "${stage.machine}.so.1"}: No such file or directory\"")
  evidence = concat(
    [note("no platform here has musl", context_range(copied_from("Gemfile.lock"), "(?m)^PLATFORMS\r?$"))],
    try([note("it is locked here", context_range(copied_from("Gemfile.lock"), "(?m)^    (${[for name in context_texts(copied_from("Gemfile.lock"), "(?m)^    ([A-Za-z0-9_.-]+) \\([0-9][^()\\s]*-${stage.machine}-linux\\)\r?$") : name if contains(["glibc", "musl"], gem(name).kind)][0]} \\([0-9][^()\\s]*-${stage.machine}-linux\\))"))], []),
  )

  fix "platform" {
    title  = "add the platform to Gemfile.lock, with Bundler 2.5.6 or later, and commit it: bundle lock --add-platform ${stage.machine}-linux-musl"
    safety = "manual"
  }
  fix "have the gems compiled: ENV BUNDLE_FORCE_RUBY_PLATFORM=1, and apk add build-base" {
    when   = !(getenv("BUNDLE_DEPLOYMENT") != "" || getenv("BUNDLE_FROZEN") != "" || has_flag("deployment", "frozen") || text_before("bundle config.*(deployment|frozen)")) || length(context_texts(copied_from("Gemfile.lock"), "(?m)^  ruby\r?$")) > 0
    safety = "unsafe"
    recipe "set-env" {
      with = { name = "BUNDLE_FORCE_RUBY_PLATFORM", value = "1" }
    }
    recipe "add-packages" {
      with = { packages = ["build-base"] }
    }
  }
}
