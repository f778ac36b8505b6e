policy "ML5002" {
  name     = "ucontext"
  title    = "getcontext and its relatives are declared by musl, and not in its library"
  severity = "error"
  covers   = ["OPENSSL_ASYNC_MUSL"]
  links = [
    "https://github.com/gluster/glusterfs/issues/268",
    "https://github.com/openssl/openssl/issues/7406",
  ]

  match "use" {
    kind = ["symbol", "function"]
    name = ["getcontext", "makecontext", "setcontext", "swapcontext", "__getcontext", "__makecontext", "__setcontext", "__swapcontext"]
  }

  once     = "file"
  message  = use.message
  evidence = use_notes()
  repairs  = source_hints()

  fix "package" {
    when   = use.package != "" && !use.advised
    title  = "apk add ${use.package}${use.link != "" ? ", and link with -l${use.link}" : ""}"
    safety = "manual"
  }
  fix "link with libucontext: -lucontext" {
    when   = use.package == "" && !use.advised
    safety = "manual"
  }
  fix "./config no-async, for OpenSSL before 1.1.0j and 1.1.1a" {
    when   = matches("(?i)openssl|async_posix", use.file)
    safety = "manual"
  }
}
