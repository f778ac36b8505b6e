policy "ML1010" {
  name     = "compat-without-payload"
  title    = "A glibc compatibility layer is installed and nothing is seen that needs it"
  severity = "info"
  covers   = ["NEEDLESS_COMPAT"]
  once     = "file"
  links    = ["https://github.com/nodejs/docker-node#nodealpine"]

  match "install" {
    libc    = ["musl"]
    manager = ["apk"]
    package = ["libc6-compat", "gcompat"]
  }
  when = (
    stage.repository == "node"
    && downloaded("(?i)linux|x86_64|amd64|x64") == ""
    && !stage_text("LD_PRELOAD|ld-linux|\\.\\/\\S*(?i:install|setup)|\\.run\\b|COPY\\s+--from=\\S+\\s+\\S*\\.so")
  )

  message = "most packages with native code have a build for musl today, which does not use ${package.name}: without it a package for glibc would stop the build with \"Error loading shared library ld-linux-x86-64.so.2\", with it the mistake shows up later or not at all"

  fix "leave it out and see whether the build and the tests pass" {
    safety = "unsafe"
    recipe = "remove-packages"
    with   = { packages = [package.name] }
  }
}
