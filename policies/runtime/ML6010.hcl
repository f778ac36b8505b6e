policy "ML6010" {
  name     = "musl-malloc"
  title    = "musl's allocator is slow for programs with many threads"
  severity = "info"
  default  = false
  covers   = ["MALLOC_PERF"]
  once     = "file"
  links = [
    "https://github.com/web-infra-dev/rspack/issues/6072",
    "https://github.com/praetorian-inc/noseyparker/issues/77",
  ]

  match "artifact" {
    libc          = ["musl"]
    kind          = ["rust-program", "c-program"]
    artifact_libc = ["musl", "none"]
  }
  match "stage" {
    libc    = ["musl"]
    shipped = ["true"]
    image   = ["node", "python", "ruby"]
  }
  when = stage.shipped && !file_text("(?i)mimalloc|jemalloc|tcmalloc|snmalloc|rpmalloc|LD_PRELOAD")

  message = "no other allocator than musl's is seen here: it has one lock for the whole process, so that a program whose threads allocate a lot can be several times slower than on glibc"

  fix "measure with your own load; if it matters, link mimalloc or jemalloc (in Rust as #[global_allocator]) or preload one for this program" {
    safety = "manual"
  }
  fix "use a glibc base image" {
    safety = "manual"
  }
}
