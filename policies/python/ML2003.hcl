policy "ML2003" {
  name     = "pip-long-compilation"
  title    = "A large Python package is compiled on musl, which takes long"
  severity = "info"
  covers   = ["PIP_NO_MUSLLINUX_SDIST"]
  links    = ["https://peps.python.org/pep-0656/"]

  match "install" {
    manager = ["pip"]
    libc    = ["musl"]
    package = ["opencv-python", "opencv-python-headless", "opencv-contrib-python", "opencv-contrib-python-headless", "scikit-learn", "scikit-image", "scipy", "pandas", "numpy", "pyarrow", "grpcio", "grpcio-tools", "llvmlite", "numba", "xgboost", "lightgbm", "catboost", "duckdb", "onnx", "matplotlib", "cryptography", "polars", "spacy", "rasterio", "gensim", "sentencepiece"]
  }
  # Without a compiler it is what follows from ML2002, where that is found: the repair of the
  # one leads to the other.
  when = (
    wheel() == "sdist" && !has_flag("f", "find-links", "i", "index-url", "extra-index-url", "index", "default-index") &&
    !command.conditional && (pypi(package.name).apk == "" || installed(pypi(package.name).apk) != "yes") &&
    (!lacks("gcc") ||
      installed("clang") != "yes" && !pypi(package.name).optional && !command.tolerated && stage.shim == "" &&
      command.subcommand != "download" && !matches(";", package.text) &&
      !has_flag("no-index", "platform", "python-platform") && getenv("PIP_FIND_LINKS") == "" &&
    !matches("alpine|musl|piwheels|wheels", "${getenv("PIP_EXTRA_INDEX_URL")} ${getenv("PIP_INDEX_URL")}"))
  )

  consequence_of = ["ML2002"]

  once    = "command"
  message = "there is no wheel of ${package.name} for musl: pip compiles it, which takes many minutes where glibc takes seconds"

  fix "newer" {
    when   = pypi(package.name).musl_since != "" && pypi(package.name).musl_until == ""
    title  = "take a version with wheels for musl: ${pypi(package.name).musl_since} or later"
    safety = "manual"
  }
  fix "apk" {
    when   = pypi(package.name).apk != ""
    title  = "take Alpine's own package, with Alpine's python3: apk add ${pypi(package.name).apk}"
    safety = "manual"
  }
  fix "take the -slim variant of the image, for which there are wheels" {
    safety = "unsafe"
    recipe = "change-base"
    with   = { to = "glibc" }
  }
}
