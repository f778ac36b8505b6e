policy "ML6014" {
  name     = "small-thread-stacks-c"
  title    = "Threads of a C or C++ program have small stacks on musl"
  severity = "info"
  default  = false
  covers   = ["THREAD_STACK_128K"]
  links    = ["https://wiki.musl-libc.org/functional-differences-from-glibc.html#Thread-stack-size"]

  match "command" {
    libc = ["musl"]
    name = ["gcc", "g++", "cc", "c++", "clang", "clang++"]
  }
  # A command that links a program with threads.
  when = (
    has_word("^-l?pthread$") && !has_word("^-(c|S|E|shared|r)$|^-fsyntax-only$|^--version$|stack-size") &&
    !file_text("stack-size") && !command.conditional
  )

  once    = "command"
  message = "a thread of this program has 128 KiB of stack on musl (80 KiB before 1.1.21), where glibc gives it 8 MiB: deep recursion or large local arrays end in \"Segmentation fault\""

  fix "ask for 8 MiB, the most that musl takes from a program: -Wl,-z,stack-size=8388608" {
    safety = "unsafe"
    recipe = "add-words"
    with   = { words = ["-Wl,-z,stack-size=8388608"] }
  }
  fix "set it where the thread is made: pthread_attr_setstacksize" {
    safety = "manual"
  }
}
