policy "ML2103" {
  name     = "node-gyp-without-toolchain"
  title    = "An npm package has to be compiled, and the stage lacks what that takes"
  severity = "warning"
  covers   = ["NODE_GYP_NO_TOOLCHAIN"]
  links = [
    "https://github.com/nodejs/node-gyp#installation",
    "https://github.com/nodejs/docker-node/issues/282",
  ]

  match "install" {
    manager = ["npm"]
    libc    = ["musl"]
    package = ["?*"]
  }
  match "command" {
    name        = ["node-gyp"]
    instruction = ["RUN"]
    libc        = ["musl"]
  }
  when = (
    (command.name == "node-gyp" && contains(["rebuild", "build", "configure", "install"], command.subcommand) || try(npm(package.name).kind == "source" && npm(package.name).since == "", false)) &&
    (lacks("python3") && !matches("python", stage.image) || lacks("make") || lacks("g++")) &&
    installed("clang") != "yes" && installed("python2") != "yes" &&
    !command.conditional && !command.tolerated && !has_flag("ignore-scripts") && getenv("npm_config_ignore_scripts") != "true"
  )

  severity_when "info" {
    when = !try(npm(package.name).certain, true)
  }

  once    = "command"
  message = "${try(package.name, "the module")} is compiled by node-gyp: \"gyp ERR! find Python\" or \"gyp ERR! stack Error: not found: make\", because ${stage.base_image} has no ${join(", no ", concat(lacks("python3") && !matches("python", stage.image) ? ["python3"] : [], lacks("make") ? ["make"] : [], lacks("g++") ? ["g++"] : []))}"

  fix "install what node-gyp takes before: apk add --no-cache python3 make g++" {
    safety = "unsafe"
    recipe = "add-packages"
    with   = { packages = ["python3", "make", "g++"] }
  }
  fix "install it in a build stage with these, and copy node_modules to the final stage FROM the same image" {
    safety = "manual"
  }
}
