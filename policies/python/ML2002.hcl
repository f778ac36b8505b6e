policy "ML2002" {
  name     = "pip-sdist-without-compiler"
  title    = "A Python package has to be compiled on musl, and there is no compiler"
  severity = "warning"
  covers   = ["PIP_NO_MUSLLINUX_SDIST"]
  links    = ["https://peps.python.org/pep-0656/"]

  match "install" {
    manager = ["pip"]
    libc    = ["musl"]
  }
  when = (
    wheel() == "sdist" && !has_flag("f", "find-links", "i", "index-url", "extra-index-url", "index", "default-index") &&
    !pypi(package.name).optional && package.name != "playwright" &&
    (lacks("gcc") && installed("clang") != "yes" ||
    contains(pypi(package.name).build_deps, "rust") && lacks("rust") && installed("rustup") != "yes" && !text_before("rustup|cargo")) &&
    !command.conditional && !command.tolerated && stage.shim == "" && command.subcommand != "download" &&
    !matches(";", package.text) &&
    !has_flag("f", "find-links", "no-index", "platform", "python-platform") && getenv("PIP_FIND_LINKS") == "" &&
    !matches("alpine|musl|piwheels|wheels", "${join(" ", flag_values("i", "index-url", "extra-index-url", "index", "default-index"))} ${getenv("PIP_EXTRA_INDEX_URL")} ${getenv("PIP_INDEX_URL")}") &&
    (pypi(package.name).apk == "" || installed(pypi(package.name).apk) != "yes")
  )

  once = "command"
  message = (
    contains(pypi(package.name).build_deps, "rust") && !lacks("gcc") ?
    "pip has to compile ${package.text} on musl: Cargo, the Rust package manager, is not installed or is not on PATH." :
  "pip has to compile ${package.text} on musl: error: command 'gcc' failed: No such file or directory")

  fix "compile" {
    title  = "install before it what compiling takes: apk add --no-cache ${join(" ", [for p in distinct(concat(length(pypi(package.name).build_deps) > 0 ? pypi(package.name).build_deps : ["build-base", "python3-dev"], flatten([for n in install.packages : pypi(n).build_deps if pypi(n).musl_since == ""]))) : p if p != "python3-dev" || !matches("(^|/)python$", stage.family)])}"
    safety = "unsafe"
    recipe = "add-packages"
    with   = { packages = [for p in distinct(concat(length(pypi(package.name).build_deps) > 0 ? pypi(package.name).build_deps : ["build-base", "python3-dev"], flatten([for n in install.packages : pypi(n).build_deps if pypi(n).musl_since == ""]))) : p if p != "python3-dev" || !matches("(^|/)python$", stage.family)] }
  }
  fix "replace" {
    when   = pypi(package.name).replacement != ""
    title  = "use ${pypi(package.name).replacement}"
    safety = "manual"
  }
  fix "apk" {
    when   = pypi(package.name).apk != ""
    title  = "take Alpine's own package, with Alpine's python3: apk add ${pypi(package.name).apk}"
    safety = "manual"
  }
}
