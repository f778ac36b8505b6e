policy "ML1301" {
  name     = "openssl-async"
  title    = "OpenSSL 1.1.0 to 1.1.0i and 1.1.1 need no-async on musl"
  severity = "warning"
  covers   = ["OPENSSL_ASYNC_MUSL"]
  links    = ["https://github.com/openssl/openssl/issues/7406"]

  match "download" {
    url  = ["*openssl-1.1.0*", "*openssl-1.1.1.*", "*openssl-1.1.1-*", "*OpenSSL_1_1_0*", "*OpenSSL_1_1_1.*", "*OpenSSL_1_1_1-*"]
    libc = ["musl"]
  }
  match "command" {
    name       = ["git"]
    subcommand = ["clone", "checkout"]
    libc       = ["musl"]
  }
  match "command" {
    name = ["config", "Configure"]
    libc = ["musl"]
  }
  # The last text is that of the subject alone: URL, tag, or the folder that ./config runs in.
  when = (
    stage_text("(^|[\\s;&|/])(config|Configure)\\b|--with-openssl=") &&
    !stage_text("(no|disable)-async|ucontext") &&
    (has_word("(openssl-|OpenSSL_)1[._]1[._](0[a-i]?|1)(-pre\\d+)?(\\.tar\\S*|\\.zip|/.*)?$") ||
    contains(["config", "Configure"], command.name) && matches("openssl-1\\.1\\.(0[a-i]?|1)(-pre\\d+)?(/|$)", command.dir))
  )

  once    = "stage"
  at      = word_range("(openssl-|OpenSSL_)1[._]1[._](0[a-i]?|1)(-pre\\d+)?(\\.tar\\S*|\\.zip|/.*)?$")
  message = "this release of OpenSSL does not link on musl: libcrypto: undefined reference to `getcontext', `setcontext' and `makecontext'"

  fix "./config no-async" {
    when   = !stage_text("--with-openssl=")
    safety = "unsafe"
    recipe = "add-words"
    with   = { words = ["no-async"], command = "^(?:\\S*/)?(?:config|Configure)\\s*" }
  }
  fix "let nginx build it without: --with-openssl-opt=no-async" {
    when   = stage_text("--with-openssl=") && !stage_text("--with-openssl-opt")
    safety = "unsafe"
    recipe = "add-words"
    with   = { words = ["--with-openssl-opt=no-async"], command = "--with-openssl=" }
  }
  fix "add no-async to --with-openssl-opt" {
    when   = stage_text("--with-openssl-opt")
    safety = "manual"
  }
  fix "a maintained release: OpenSSL 1.1.0j, 1.1.1a and everything since build as they are" {
    safety = "manual"
  }
}
