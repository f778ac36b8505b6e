policy "ML2101" {
  name     = "node-modules-from-glibc"
  title    = "node_modules that were installed on another libc are used on musl"
  severity = "warning"
  covers   = ["NODE_MODULES_GLIBC_TO_MUSL"]
  links = [
    "https://github.com/TryGhost/node-sqlite3/issues/1581",
    "https://github.com/lovell/sharp/issues/1240",
  ]

  match "artifact" {
    libc          = ["musl"]
    artifact_libc = ["glibc"]
    kind          = ["node-modules"]
  }
  match "copy" {
    libc   = ["musl"]
    origin = ["context"]
    source = [".", "./", "*node_modules", "*node_modules/"]
  }
  when = (
    stage.shipped && stage.shim == "" &&
    (matches("node|bun", stage.repository) || finally_installed("nodejs") == "yes" || starts("node", "npm", "yarn", "pnpm")) &&
    !text_after("npm +(--?[a-z=-]+ +)*(ci|rebuild|install|i|clean-install)\\b|yarn +install|RUN +yarn *($|&|\\n)|(pnpm|bun) +(i|install|rebuild)\\b") &&
    # From the context: node_modules can come from nowhere else. Those that were looked at
    # are told by what they hold.
    (length(copy.carries) > 0 || !copy.modules && !context_leaves_out("node_modules")) &&
    (length(copy.carries) > 0 ||
      starts("node") && matches("^node$", stage.repository) &&
      !runs("npm", "yarn", "pnpm", "bun", "npx", "corepack") &&
    !file_text("node_modules|npm |yarn|pnpm|bun "))
  )

  once = "stage"
  message = (
    length(copy.carries) > 0 ?
    "if a package in ${copy.sources[0]} has native code, it was installed for glibc and fails on ${stage.base_image}: \"fcntl64: symbol not found\", \"Error loading shared library ld-linux-${stage.arch == "amd64" ? "x86-64.so.2" : "${stage.machine}.so.1"}\" or \"Cannot find module … linux-${stage.arch == "amd64" ? "x64" : stage.arch}-musl\"" :
  "nothing here installs packages, so modules come from the build context: native ones built on a glibc machine fail on ${stage.base_image}: \"fcntl64: symbol not found\"")
  evidence = concat(from_reasons())

  fix "install them in the -alpine variant of the image that installs them" {
    when   = try(artifact.kind, "") == "node-modules"
    safety = "unsafe"
    recipe = "change-base"
    at     = try(artifact_range(), subject_range())
    with   = { to = "musl" }
  }
  fix "install" {
    title  = "install them in the image, by npm ci --omit=dev behind the COPY, and keep those of the host out, by a line in .dockerignore"
    when   = length(copy.carries) == 0 && length(copy.sources) == 1 && matches("^([.]/?)?$", try(copy.sources[0], "?")) && matches("^[A-Za-z0-9_./-]+$", copy.dest) && !stage_text("(?i)^USER ") && !file_text("(?i)^(COPY|ADD) +(--ch\\S+ +|--link +)*[^- ]*node_modules") && context_has("package-lock.json")
    safety = "unsafe"
    recipe "ignore-path" {
      with = { path = "node_modules" }
    }
    recipe "add-instruction" {
      with = { text = "RUN ${contains([".", "./", instruction.dir, "${instruction.dir}/"], copy.dest) ? "" : "cd ${copy.dest} && "}npm ci --omit=dev", where = "after" }
    }
  }
  fix "run npm ci in this stage, or in one FROM the same -alpine image" {
    safety = "manual"
  }
  fix "list node_modules in .dockerignore, so that those of the host stay out" {
    safety = "manual"
  }
}
