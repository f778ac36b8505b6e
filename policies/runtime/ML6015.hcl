policy "ML6015" {
  name     = "ld-so-conf-ignored"
  title    = "musl's loader reads neither /etc/ld.so.conf nor a cache"
  severity = "info"
  once     = "stage"
  links    = ["https://wiki.musl-libc.org/functional-differences-from-glibc.html"]

  match "write" {
    libc = ["musl"]
    path = ["/etc/ld.so.conf", "/etc/ld.so.conf.d/*"]
  }
  match "command" {
    libc        = ["musl"]
    instruction = ["RUN"]
    name        = ["ldconfig"]
  }
  match "copy" {
    libc   = ["musl"]
    origin = ["context", "stage", "image"]
  }
  # Without a folder of one's own, ldconfig and the file change nothing and are not missed.
  when = (
    shim() != "glibc" && !image_text("(?i)glibc") && stage.shipped
    && !image_text("ld-musl|LD_LIBRARY_PATH|-rpath|patchelf|chrpath")
    && (
      try(write.path, "") != ""
      ? !write.known || anytrue([for l in split("\n", write.content) : matches("^\\s*/", l) && !matches("^\\s*/(?:lib|usr/lib|usr/local/lib)/?\\s*$", l)])
      : try(copy.dest, "") != ""
      ? startswith(copy.dest, "/etc/ld.so.conf")
      : !matches("/", command.path) && anytrue([for w in command.operands : startswith(w, "/") && !matches("^/(?:lib|usr/lib|usr/local/lib)/?$", w)])
    )
  )

  # Somebody named these folders because a program needs them.
  severity_when "warning" {
    when = try(write.known, false)
  }

  message = (
    try(command.name, "") == "ldconfig"
    ? "ldconfig registers no folder on musl, which has no ld.so.cache: Alpine's is a script that at most makes links; libraries in this folder are not found: \"Error loading shared library …: No such file or directory\""
    : "musl's loader does not read this file: libraries in the folders that it names are not found, with \"Error loading shared library …: No such file or directory\""
  )

  fix "name the folder in LD_LIBRARY_PATH, or link the program with -Wl,-rpath" {
    safety = "manual"
  }
  fix "write /etc/ld-musl-$(uname -m).path, with /lib, /usr/local/lib and /usr/lib in it as well: the file replaces the default" {
    safety = "manual"
  }
}
