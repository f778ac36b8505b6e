policy "ML5004" {
  name     = "glibc-spelling"
  title    = "An object file was compiled with glibc's headers"
  severity = "error"
  covers   = ["GLIBC_STATIC_LIB_LINK"]

  match "use" {
    kind = ["symbol"]
  }
  when = use.variant != "" && !use.lfs64 || contains(["fcntl64", "__sched_cpualloc", "__sched_cpufree", "__getpagesize", "__cxa_thread_atexit_impl", "__strdup", "__rawmemchr"], use.name)

  once     = "file"
  message  = use.message
  evidence = use_notes()

  fix "compile the object or library again on Alpine, or with a compiler for musl" {
    safety = "manual"
  }
}
