policy "ML2108" {
  name     = "node-for-glibc"
  title    = "A version manager installs a Node.js that is built for glibc"
  severity = "warning"
  covers   = ["GLIBC_PREBUILT_DOWNLOAD"]
  links = [
    "https://github.com/nvm-sh/nvm#installing-nvm-on-alpine-linux",
    "https://github.com/nodejs/unofficial-builds",
  ]
  consequence_of = ["ML1001"]

  match "command" {
    libc        = ["musl"]
    instruction = ["RUN"]
    name        = ["nvm", "n", "volta", "fnm"]
  }
  match "download" {
    libc = ["musl"]
    url  = ["*.nodesource.com/setup*"]
  }
  # A mirror of builds for musl, or compiling, makes it right.
  when = (
    !command.conditional && !command.tolerated && command.guard == "" && shim() == "" &&
    (
      try(download.url, "") != "" ? download.piped != "" :
      !stage_text("NODEJS_ORG_MIRROR|NODE_MIRROR|NODE_DIST_MIRROR|unofficial-builds") && !has_flag("s", "download") &&
      (
        command.name == "n" ? matches("^(v?[0-9][0-9.]*|lts|latest|stable|current)$", operand(0)) && text_before("\\b(npm|yarn|pnpm)\\s[^&;|]*\\sn(@\\S*)?(\\s|$)|n-install|/tj/n/") && flag("arch") == "" :
        command.name == "volta" ? has_word("^(install|pin)$") && has_word("^node(@|$)") :
        has_word("^install$")
      )
    )
  )

  once = "stage"
  message = (
    try(download.url, "") != "" ?
    "this script sets up packages for ${matches("rpm", download.host) ? "Red Hat" : "Debian"}: on ${stage.base_image} it stops, for there is no ${matches("rpm", download.host) ? "rpm" : "apt-get"}" :
    command.name == "volta" ?
    "Volta and the Node.js that it installs are built for glibc: on ${stage.base_image} they end with \"not found\", although the files are there" :
    command.name == "nvm" ?
    "nodejs.org has no Node.js for musl: nvm takes a build for glibc (\"node: not found\") or compiles one from source, which takes a tool chain and an hour" :
  "the Node.js that ${command.name} installs is built for glibc: on ${stage.base_image} it ends with \"node: not found\", although the file is there")

  fix "take an image that has the version: node:22-alpine" {
    safety = "manual"
  }
  fix "install Alpine's own: apk add --no-cache nodejs npm" {
    safety = "manual"
  }
  fix "mirror" {
    when   = contains(["nvm", "n", "fnm"], command.name)
    title  = "take the unofficial builds for musl: ${command.name == "nvm" ? "NVM_NODEJS_ORG_MIRROR" : command.name == "n" ? "N_NODE_MIRROR" : "FNM_NODE_DIST_MIRROR"}=https://unofficial-builds.nodejs.org/download/release${command.name == "n" ? " and n --arch x64-musl" : command.name == "fnm" ? " and FNM_ARCH=x64-musl" : ""}"
    safety = "manual"
  }
}
