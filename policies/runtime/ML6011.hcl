policy "ML6011" {
  name     = "glibc-setting-ignored"
  title    = "An environment variable of glibc has no effect on musl"
  severity = "info"
  once     = "stage"
  links    = ["https://www.gnu.org/software/libc/manual/html_node/Tunables.html"]

  match "env" {
    libc    = ["musl"]
    keyword = ["ENV"]
    name = [
      "GLIBC_TUNABLES", "MALLOC_ARENA_MAX", "MALLOC_ARENA_TEST", "MALLOC_CHECK_", "MALLOC_MMAP_MAX_", "MALLOC_MMAP_THRESHOLD_",
      "MALLOC_PERTURB_", "MALLOC_TOP_PAD_", "MALLOC_TRIM_THRESHOLD_", "GCONV_PATH", "LD_AUDIT", "LD_DEBUG", "LOCPATH",
    ]
  }
  when = stage.shipped && shim() != "glibc"

  at = subject_range()
  message = (
    startswith(env.name, "MALLOC_") || env.name == "GLIBC_TUNABLES"
    ? "musl does not read ${env.name}: its allocator has no arenas and nothing to tune"
    : env.name == "GCONV_PATH"
    ? "musl does not read GCONV_PATH: its iconv has its tables built in"
    : env.name == "LOCPATH"
    ? "musl does not read LOCPATH: its locale files have another format, and MUSL_LOCPATH names their folder"
    : "musl's loader does not read ${env.name}"
  )

  fix "leave it out, or use another allocator if memory or speed is the reason (musllint explain malloc)" {
    when   = startswith(env.name, "MALLOC_") || env.name == "GLIBC_TUNABLES"
    safety = "unsafe"
    recipe = "remove-env"
  }
  fix "leave it out" {
    when   = !startswith(env.name, "MALLOC_") && env.name != "GLIBC_TUNABLES"
    safety = "unsafe"
    recipe = "remove-env"
  }
}
