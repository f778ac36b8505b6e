policy "ML2201" {
  name     = "gem-for-glibc"
  title    = "A Ruby gem brings a library built for glibc to musl"
  severity = "warning"
  covers   = ["RUBY_GLIBC_GEM"]
  links = [
    "https://github.com/rake-compiler/rake-compiler-dock#linux",
    "https://github.com/rake-compiler/rake-compiler/issues/188",
  ]

  match "install" {
    libc    = ["musl"]
    manager = ["gem"]
    package = ["?*"]
  }
  when = (
    (gem(package.name).kind == "glibc" ||
      gem(package.name).kind == "musl" && gem(package.name).since != "" && matches("^[0-9][0-9.]*$", package.spec) && version_compare("gem", package.spec, gem(package.name).since) < 0 ||
      # The first version with a musl gem is not known; these are the last seen without.
      package.name == "grpc" && matches("^[0-9][0-9.]*$", package.spec) && version_compare("gem", package.spec, "1.80.0") <= 0 ||
    package.name == "google-protobuf" && matches("^[0-9][0-9.]*$", package.spec) && version_compare("gem", package.spec, "4.34.1") <= 0) &&
    !command.conditional && !command.tolerated && stage.shim == "" && installed("gcompat") != "yes" &&
    flag("platform") != "ruby" && getenv("BUNDLE_FORCE_RUBY_PLATFORM") == ""
  )

  once    = "command"
  message = "RubyGems takes the build of ${package.text} for Linux with glibc, and it does not load on ${stage.base_image}: \"LoadError: Error loading shared library ld-linux-${stage.arch == "amd64" ? "x86-64.so.2" : "${stage.machine}.so.1"}: No such file or directory\""

  fix "newer" {
    when   = gem(package.name).since != ""
    title  = "take a version with a gem for musl: ${gem(package.name).since} or later"
    safety = "manual"
  }
  fix "have it compiled: apk add build-base, and gem install --platform ruby" {
    when   = command.name == "gem" && length(install.packages) == 1
    safety = "unsafe"
    recipe "set-flag" {
      with = { flag = ["--platform"], value = "ruby" }
    }
    recipe "add-packages" {
      with = { packages = ["build-base"] }
    }
  }
  fix "have each of them compiled: apk add build-base, and gem install --platform ruby" {
    when   = command.name != "gem" || length(install.packages) != 1
    safety = "manual"
  }
  fix "take the -slim variant of the image" {
    safety = "unsafe"
    recipe = "change-base"
    with   = { to = "glibc" }
  }
}
