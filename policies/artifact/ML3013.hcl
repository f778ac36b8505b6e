policy "ML3013" {
  name     = "glibc-addon-in-copied-modules"
  title    = "node_modules from the build context hold a native part that was built for glibc"
  severity = "warning"
  covers   = ["NODE_PREBUILT_GLIBC", "NODE_MODULES_GLIBC_TO_MUSL", "NODE_SHARP_MUSL"]
  links = [
    "https://github.com/TryGhost/node-sqlite3/issues/1581",
    "https://github.com/lovell/sharp/issues/1240",
  ]

  match "file" {
    libc      = ["musl"]
    verdict   = ["fails"]
    holder    = ["folder", "archive"]
    file_libc = ["glibc", "unknown", "none"]
  }
  when = (
    (stage.shipped || file.started) && endswith(file.modules, "/node_modules") && file.suits && shim() != "glibc" &&
    !stage_text("ld-linux|/lib64")
  )

  once     = "stage"
  message  = "${file.place}${file.more > 0 ? " (and ${file.more} more) were" : " was"} installed for glibc and ${file.more > 0 ? "fail" : "fails"} on ${stage.base_image}: ${length(file.errors) > 0 ? "\"${file.errors[0]}\"" : "\"no such file or directory\""}"
  evidence = file_notes()

  # The image has its own modules, and the copy puts those of the host over them.
  fix "installed" {
    title  = "keep those of the host out, by a line in .dockerignore: the image installs its own"
    when   = copy.origin == "context" && ran("npm ci", "npm install", "npm i", "yarn", "yarn install", "pnpm install", "pnpm i", "bun install") && !matches("node_modules", file.source) && !file_text("(?i)^(COPY|ADD) +(--ch\\S+ +|--link +)*[^- ]*node_modules")
    safety = "unsafe"
    recipe = "ignore-path"
    with   = { path = "${matches("^node_modules/", file.context_path) ? "" : "**/"}node_modules" }
  }
  fix "install" {
    title  = "install them in the image, by npm ci --omit=dev behind the COPY, and keep those of the host out, by a line in .dockerignore"
    when   = copy.origin == "context" && stage.repository == "node" && file.holder == "folder" && !runs("npm ci", "npm install", "npm i", "yarn", "pnpm", "bun") && matches("^[A-Za-z0-9_./-]+$", file.modules) && !matches("node_modules", file.source) && !stage_text("(?i)^USER ") && !file_text("(?i)^(COPY|ADD) +(--ch\\S+ +|--link +)*[^- ]*node_modules") && context_has("${try(regex("^(.*?/)?node_modules/", file.context_path)[0], "")}package-lock.json")
    safety = "unsafe"
    recipe "ignore-path" {
      with = { path = "${matches("^node_modules/", file.context_path) ? "" : "**/"}node_modules" }
    }
    recipe "add-instruction" {
      with = { text = "RUN ${startswith(file.modules, "${instruction.dir}/node_modules") ? "" : "cd ${try(regex("^(.*?)/node_modules", file.modules)[0], "/")} && "}npm ci --omit=dev", where = "after" }
    }
  }
  fix "run npm ci in this stage, or in one FROM the same -alpine image" {
    safety = "manual"
  }
  fix "list node_modules in .dockerignore, so that those of the host stay out" {
    safety = "manual"
  }
}
