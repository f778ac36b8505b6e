policy "ML2001" {
  name     = "pip-no-musl-wheel"
  title    = "A Python package has neither a wheel for musl nor a source to compile"
  severity = "warning"
  covers   = ["PIP_NO_MUSLLINUX"]
  links = [
    "https://peps.python.org/pep-0656/",
    "https://github.com/docker-library/python/issues/341",
  ]

  match "install" {
    manager = ["pip"]
    libc    = ["musl"]
  }
  when = (
    wheel() == "none" &&
    !command.conditional && !command.tolerated && stage.shim == "" &&
    !matches(";", package.text) &&
    !has_flag("f", "find-links", "no-index", "platform", "python-platform") && getenv("PIP_FIND_LINKS") == "" &&
    !matches("alpine|musl|piwheels|wheels", "${join(" ", flag_values("i", "index-url", "extra-index-url", "index", "default-index"))} ${getenv("PIP_EXTRA_INDEX_URL")} ${getenv("PIP_INDEX_URL")}") &&
    (pypi(package.name).apk == "" || installed(pypi(package.name).apk) != "yes")
  )
  # The files of a version never change; a newer version may bring what is missing. Settings
  # in a file may name an index that holds more.
  severity_when "error" {
    when = (
      pypi(package.name).certain && matches("^===?[0-9][^,*]*$", package.spec) && stage.python != "" && stage.certain &&
      !has_flag("i", "index-url", "extra-index-url", "index", "default-index") &&
      !contains(["poetry", "pdm"], command.name) && command.subcommand != "add" &&
      !text_before("PIP_(EXTRA_)?INDEX_URL|PIP_CONFIG_FILE|pip\\.(conf|ini)\\b|/\\.?pip/|\\.config/pip\\b|pip[0-9.]* +config\\b|uv\\.toml|UV_(DEFAULT_|EXTRA_)?INDEX|UV_CONFIG_FILE|UV_FIND_LINKS")
    )
  }

  once = "command"
  message = (
    command.name == "uv" ? "${package.text} has no wheels with a matching platform tag (musllinux_1_2_${stage.machine}) and no source distribution: uv cannot install it on musl" :
    command.name == "poetry" || command.name == "pdm" ? "${package.name} has nothing for musl: Unable to find installation candidates for ${package.name}" :
    package.spec == "" ? "ERROR: Could not find a version that satisfies the requirement ${package.text} (from versions: none): it publishes wheels for glibc only, and no source" :
  "ERROR: No matching distribution found for ${package.text}: it publishes wheels for glibc only, and no source")

  fix "pinned" {
    when   = (pypi(package.name).musl_since != "" && pypi(package.name).musl_until == "") && matches("^==[0-9][0-9.]*$", package.spec) && contains(["pip", "uv"], command.name)
    title  = "a version with wheels for musl: ${pypi(package.name).musl_since} or later"
    safety = "unsafe"
    edit {
      at   = subject_range()
      with = "${package.name}==${pypi(package.name).musl_since}"
    }
  }
  fix "slim" {
    title  = "take the glibc variant of the image: ${matches("(^|/)python$", stage.family) ? stage.family : "python"}:${stage.python == "" ? "3.13" : stage.python}-slim"
    safety = "unsafe"
    recipe = "change-base"
    with   = { to = "glibc" }
  }
  fix "newer" {
    when   = pypi(package.name).musl_since != "" && pypi(package.name).musl_until == "" && !(matches("^==[0-9][0-9.]*$", package.spec) && contains(["pip", "uv"], command.name))
    title  = "a version with wheels for musl: ${pypi(package.name).musl_since} or later"
    safety = "manual"
  }
  fix "replace" {
    when   = pypi(package.name).replacement != "" && !matches("image on glibc|slim", pypi(package.name).replacement)
    title  = "use ${pypi(package.name).replacement}"
    safety = "manual"
  }
  fix "apk" {
    when   = pypi(package.name).apk != ""
    title  = "Alpine's own package, with Alpine's python3: apk add ${pypi(package.name).apk}"
    safety = "manual"
  }
}
