policy "ML4013" {
  name     = "thread-extensions"
  title    = "A glibc extension of POSIX threads is used"
  severity = "error"
  covers   = []
  links = [
    "https://patches.dpdk.org/project/dpdk/patch/20210319145730.3555384-15-thomas@monjalon.net/",
  ]

  match "use" {
    header = ["pthread.h", "bits/pthreadtypes.h"]
    kind   = ["function", "macro", "type", "other", "symbol"]
    name   = ["pthread_*", "PTHREAD_*", "__pthread_*"]
  }

  match "use" {
    kind = ["function", "macro", "type", "other", "symbol"]
    name = ["pthread_*_np", "PTHREAD_*_NP"]
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
