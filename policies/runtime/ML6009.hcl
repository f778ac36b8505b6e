policy "ML6009" {
  name     = "small-thread-stacks-python"
  title    = "Threads of Python have small stacks on musl"
  severity = "info"
  default  = false
  covers   = ["THREAD_STACK_128K", "RANDOM_SEGFAULT_PYTHON"]
  once     = "file"
  links = [
    "https://github.com/docker-library/python/issues/211",
    "https://github.com/python/cpython/issues/131338",
  ]

  match "stage" {
    libc    = ["musl"]
    shipped = ["true"]
    image   = ["python"]
  }
  when = !image_text("stack[-_]size|STACK_SIZE")

  message = "a thread has 128 KiB of stack on musl, 1 MiB in today's official Python images, and 8 MiB on Debian: deep recursion in a thread ends in \"Segmentation fault (core dumped)\" without a traceback, or in \"RecursionError: Stack overflow\""

  fix "call threading.stack_size(8 * 1024 * 1024) before the first thread starts" {
    safety = "manual"
  }
  fix "use a glibc image" {
    safety = "manual"
    title  = "use a glibc image, such as ${matches("(^|/)python$", stage.family) ? stage.family : "python"}:${stage.version == "" ? "3" : stage.version}-slim"
  }
}
