policy "ML4006" {
  name     = "large-file-names"
  title    = "A name with 64 in it, for large files, is used that musl declares no longer"
  severity = "error"
  covers   = []

  match "use" {
    kind = ["function", "macro", "type", "other", "symbol"]
  }
  when = use.lfs64 || use.kind != "symbol" && matches("^(struct )?(stat|stat[v]?fs|flock|dirent|rlimit|aiocb)64$", use.name)

  once     = "name"
  message  = use.message
  evidence = use_notes()
  repairs  = source_fixes()

  fix "write the name without 64, and compile with -D_FILE_OFFSET_BITS=64 on glibc" {
    when   = !use.repaired
    safety = "manual"
  }
  fix "compile with -D_LARGEFILE64_SOURCE, which musl takes away one day" {
    when   = !use.repaired
    safety = "manual"
  }
}
