policy "ML6012" {
  name     = "php-glob-brace"
  title    = "PHP has no GLOB_BRACE on musl"
  severity = "info"
  covers   = ["GLOB_BRACE"]

  match "command" {
    libc = ["musl"]
    name = ["php"]
  }
  match "write" {
    libc = ["musl"]
    path = ["*.php"]
  }
  when = (
    matches("\\bGLOB_BRACE\\b", join(" ", try([write.content], command.words)))
    && !matches("\\bdefined\\s*\\(\\s*\\\\?['\"]GLOB_BRACE", join(" ", try([write.content], command.words)))
  )

  severity_when "warning" {
    when = try(write.path, "") == "" && !command.conditional && !command.tolerated
  }

  at      = try(write.path, "") == "" ? word_range("\\bGLOB_BRACE\\b") : subject_range()
  message = "PHP on musl does not have this constant, since glob() of musl expands no braces: PHP 8 stops with \"Uncaught Error: Undefined constant \"GLOB_BRACE\"\", PHP 7 warns and finds nothing"

  fix "call glob() once for each alternative and merge the results" {
    safety = "manual"
  }
}
