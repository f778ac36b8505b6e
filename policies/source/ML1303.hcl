policy "ML1303" {
  name     = "sanitizer-on-musl"
  title    = "GCC on Alpine has no sanitizer libraries"
  severity = "warning"
  covers   = ["ASAN_MUSL"]
  links    = ["https://github.com/google/sanitizers/issues/1080"]

  match "command" {
    name = ["gcc", "g++", "cc", "c++", "clang", "clang++", "make", "gmake", "cmake", "meson", "configure", "ninja", "go"]
    libc = ["musl"]
  }
  # With clang the libraries come from compiler-rt. Objects alone (-c) need none.
  when = (
    (has_word("-fsanitize=[a-z,]*(address|thread|leak|memory|undefined)|-Db_sanitize=(address|thread|leak|memory|undefined)|-D(\\w+_)?(ASAN|TSAN|SANITIZE_(ADDRESS|THREAD))=(?i:1|on|true|yes)$") ||
      command.name == "go" && has_flag("asan", "msan") ||
      contains(["make", "gmake", "cmake", "configure"], command.name) &&
    matches("-fsanitize=[a-z,]*(address|thread|leak|memory|undefined)", "${getenv("CFLAGS")} ${getenv("CXXFLAGS")} ${getenv("LDFLAGS")}")) &&
    !(matches("^(gcc|g\\+\\+|cc|c\\+\\+|clang)", command.name) && has_flag("c", "fsyntax-only", "E", "S")) &&
    finally_installed("compiler-rt") != "yes" &&
    !stage_text("compiler-rt|libsanitizer|\\bzig\\b|-fsanitize-trap|-fsanitize-undefined-trap")
  )

  once = "stage"
  at = (
    matches("-fsanitize", getenv("CFLAGS")) ? variable_range("CFLAGS") :
    matches("-fsanitize", getenv("CXXFLAGS")) ? variable_range("CXXFLAGS") :
    matches("-fsanitize", getenv("LDFLAGS")) ? variable_range("LDFLAGS") :
  word_range("-fsanitize=|^--?[am]san$|-Db_sanitize=|-D\\w*(SANITIZE|ASAN|TSAN)"))
  message = (matches("^clang", command.name) || matches("clang", getenv("CC")) ?
    "clang finds no sanitizer library here: cannot find libclang_rt.asan.a: No such file or directory" :
  "GCC on Alpine has no sanitizer libraries, so this does not link: cannot find -lasan, libasan_preinit.o: No such file or directory")

  fix "build with clang and apk add clang compiler-rt" {
    safety = "manual"
  }
  fix "run the sanitizer build on glibc: FROM gcc:14" {
    safety = "manual"
  }
}
