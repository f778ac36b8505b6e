policy "ML2107" {
  name     = "prisma-openssl-missing"
  title    = "Prisma cannot find the OpenSSL that its engine needs on this Alpine"
  severity = "info"
  covers   = ["PRISMA_OPENSSL_MUSL"]
  links = [
    "https://github.com/prisma/prisma/issues/16553",
    "https://github.com/nodejs/docker-node/issues/2175",
  ]

  match "command" {
    libc        = ["musl"]
    instruction = ["RUN"]
    name        = ["prisma"]
  }
  match "install" {
    libc    = ["musl"]
    manager = ["npm"]
    package = ["prisma", "@prisma/client"]
  }
  match "install" {
    libc    = ["musl"]
    manager = ["apk"]
    package = ["openssl1.1-compat", "openssl1.1-compat-libs", "openssl1.1-compat-dev"]
  }
  when = (
    stage.distro == "alpine" && !command.conditional && !command.tolerated &&
    (command.name == "apk" ?
      release_since("3.19") && !has_flag("X", "repository") && !text_before("alpine/(edge|v3\\.1[678])") :
      command.name == "prisma" && !contains(["generate", "migrate", "db"], operand(0)) && !contains(["generate", "migrate", "db"], command.subcommand) ? false :
      matches("\\bprisma@(\\^?3|~?4\\.[0-7])([.\\s\"']|$)", instruction.text) || try(package.name, "") != "" && matches("^(\\^?3|~?4\\.[0-7])(\\.|$)", package.spec) ? release_since("3.17") && installed("openssl1.1-compat") != "yes" :
      command.name == "prisma" && release_since("3.21") && installed("openssl") == "no" && !matches("prisma@", instruction.text) && !text_before("prisma@([\\^~>=]*([6-9]|[1-9][0-9])|[a-z])") ||
    command.name == "prisma" && release_since("3.21") && installed("openssl") == "no" && matches("prisma@[\\^~]?[45]\\b", instruction.text))
  )
  severity_when "warning" {
    when = command.name == "apk" || try(package.name, "") != "" || matches("\\bprisma@", instruction.text)
  }

  once = "stage"
  message = (
    command.name == "apk" ?
    "ERROR: unable to select packages: ${package.name} (no such package): Alpine 3.19 and later have OpenSSL 3 only" :
    try(package.name, "") != "" || matches("\\bprisma@(\\^?3|~?4\\.[0-7])([.\\s\"']|$)", instruction.text) ?
    "Prisma before 4.8 has no engine for OpenSSL 3, the only one in ${stage.base_image}: \"Error loading shared library libssl.so.1.1: No such file or directory\"" :
  "without the openssl package Prisma before 6.0.1 does not find Alpine's OpenSSL, which moved to /usr/lib in 3.21, and loads an engine that fails: \"Error loading shared library libssl.so.1.1: No such file or directory\"")

  fix "install OpenSSL's program, which Prisma asks for the version: apk add --no-cache openssl" {
    when   = command.name == "prisma" && installed("openssl") == "no" && !matches("\\bprisma@(\\^?3|~?4\\.[0-7])([.\\s\"']|$)", instruction.text)
    safety = "unsafe"
    recipe = "add-packages"
    with   = { packages = ["openssl"], needed = "run" }
  }
  fix "install OpenSSL's program instead, which Prisma asks for the version: apk add --no-cache openssl" {
    when   = command.name == "apk" && matches("^openssl1\\.1-compat$", try(package.text, ""))
    safety = "unsafe"
    edit {
      at   = subject_range()
      with = "openssl"
    }
  }
  fix "and take a Prisma that knows OpenSSL 3 on Alpine: 6.1 or later" {
    safety = "manual"
  }
}
