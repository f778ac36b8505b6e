policy "ML2104" {
  name     = "npm-glibc-only"
  title    = "An npm package has native code for glibc only"
  severity = "warning"
  covers   = ["NODE_PREBUILT_GLIBC"]
  links    = ["https://github.com/microsoft/onnxruntime/issues/12439"]

  match "install" {
    manager = ["npm"]
    libc    = ["musl"]
    package = ["?*"]
  }
  when = (
    npm(package.name).kind == "glibc" &&
    (npm(package.name).since == "" || matches("^[0-9]+\\.[0-9]+\\.[0-9]+$", package.spec) && version_compare("semver", package.spec, npm(package.name).since) < 0) &&
    !command.conditional && !command.tolerated && stage.shim == "" && installed("gcompat") != "yes" && flag("libc") == ""
  )

  # What was not checked is said, but nobody should fail because of it.
  severity_when "info" {
    when = !npm(package.name).certain
  }

  once    = "command"
  message = "the native code of ${package.name} is built for glibc only and does not load on ${stage.base_image}${npm(package.name).symptom != "" ? ": ${npm(package.name).symptom}" : ": \"Error loading shared library ld-linux-x86-64.so.2: No such file or directory\""}"

  fix "known" {
    title  = "${npm(package.name).fix != "" ? npm(package.name).fix : "take the -slim variant of the image"}"
    safety = "manual"
  }
  fix "take the -slim variant of the image, where the native code loads" {
    when   = stage.shipped
    safety = "unsafe"
    recipe = "change-base"
    with   = { to = "glibc" }
  }
}
