policy "ML6019" {
  name     = "etc-timezone-ignored"
  title    = "/etc/timezone alone does not set the time zone on musl"
  severity = "info"
  covers   = ["TZDATA_MISSING"]
  once     = "stage"

  match "write" {
    libc = ["musl"]
    path = ["/etc/timezone"]
  }
  # Some JDKs do read the file.
  when = (
    stage.shipped && image_env("TZ") == "" && image_installed("tzdata") != "yes" && stage.shim != "glibc"
    && !image_text("localtime|zoneinfo|(?i)\\bTZ=")
    && !image_text("(?i)jdk|jre|java|temurin|corretto|zulu|liberica|maven|gradle|tomcat")
  )

  message = "this has no effect on the time: musl reads TZ and /etc/localtime, never /etc/timezone, so that the time stays UTC"

  fix "apk add --no-cache tzdata, and set the zone with ENV TZ" {
    when   = stage.distro == "alpine" && matches("^\\s*[A-Z][A-Za-z]+/[A-Za-z_/+-]+\\s*$", write.content) && write.known
    safety = "unsafe"
    recipe "add-packages" {
      with = { packages = ["tzdata"], needed = "run" }
    }
    recipe "set-env" {
      with = { name = "TZ", value = trimspace(write.content) }
    }
  }
}
