policy "ML4017" {
  name     = "malloc-introspection"
  title    = "The allocator of glibc is asked or adjusted, and musl's has nothing of that"
  severity = "error"
  covers   = []
  links = [
    "https://wiki.musl-libc.org/functional-differences-from-glibc.html",
  ]

  match "use" {
    header = ["malloc.h", "mcheck.h", "stdlib.h"]
    kind   = ["function", "macro", "type", "other", "symbol"]
    name   = ["mall*", "malloc_*", "struct mallinfo*", "mcheck*", "mtrace", "muntrace", "mprobe", "MCHECK_*", "M_*", "__malloc_*", "__free_hook", "__realloc_hook", "__memalign_hook", "__after_morecore_hook", "__morecore", "__default_morecore"]
  }

  match "use" {
    kind = ["header"]
    name = ["mcheck.h"]
  }

  match "use" {
    kind = ["symbol"]
    name = ["malloc_trim", "mallinfo", "mallinfo2", "mallopt", "malloc_stats", "malloc_info", "malloc_get_state", "malloc_set_state", "malloc_hook*"]
  }
  when = !use.available

  once     = "name"
  message  = use.message
  evidence = use_notes()
  repairs  = source_fixes()

  fix "package" {
    when   = use.package != "" && !use.advised
    title  = "apk add ${use.package}${use.link != "" ? ", and link with -l${use.link}" : ""}"
    safety = "manual"
  }
  fix "instead" {
    when   = use.instead != "" && use.guard == "" && !use.repaired && (!use.advised || use.package != "")
    title  = use.instead
    safety = "manual"
  }
}
