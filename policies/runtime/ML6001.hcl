policy "ML6001" {
  name     = "locale-without-data"
  title    = "musl has no data for the locale that LANG or LC_* names"
  severity = "info"
  covers   = ["LOCALE_LIMITED"]
  once     = "stage"
  links = [
    "https://github.com/gliderlabs/docker-alpine/issues/144",
    "https://github.com/rilian-la-te/musl-locales",
  ]

  match "env" {
    libc    = ["musl"]
    keyword = ["ENV"]
    name    = ["LANG", "LC_*", "LANGUAGE"]
  }
  # ICU takes the name and has data of its own. The programs of a second glibc, however it came, have its locales. LANGUAGE only matters where it asks for a
  # translation.
  when = (
    stage.shipped && env.known && (shim() != "glibc" && !image_text("(?i)glibc") || image_text("musl-locales"))
    && !image_text("\\bicu-(?:libs|data)") && !matches("dotnet/(?:sdk|.*-extra)", stage.image)
    # Java takes language and country from the name, which musl keeps.
    && !image_text("JAVA_HOME|openjdk|-jre|-jdk") && !matches("temurin|openjdk|corretto|zulu|liberica|sapmachine|maven|gradle|jetty|tomcat|groovy|clojure", stage.image)
    && !matches(env.name == "LANGUAGE" ? "^(?:$|C\\b|POSIX|en)" : "^(?:$|C(?:$|[.@])|POSIX(?:$|[.@]))", env.value)
  )

  at = value_range()
  message = (
    image_env("MUSL_LOCPATH") != ""
    ? "${env.name}=${env.value} translates dates and messages, and nothing else: on musl sorting goes by bytes, and numbers and currency stay those of C"
    : image_text("musl-locales")
    ? "${env.name}=${env.value} behaves as C.UTF-8: musl looks for the files of musl-locales only where MUSL_LOCPATH says, and nothing here sets it"
    : startswith(env.value, "en")
    ? "${env.name}=${env.value} behaves as C.UTF-8 in programs that leave it to the C library: musl brings no locale data, so that sorting goes by bytes and numbers have no thousands separator; UTF-8 it is in any case"
    : "${env.name}=${env.value} behaves as C.UTF-8 in programs that leave it to the C library, without an error: musl brings no locale data, so that dates stay English, sorting goes by bytes, and numbers and currency stay those of C"
  )

  fix "say what musl does: C.UTF-8" {
    safety = "unsafe"
    when   = matches("^en(?:_[A-Z]{2})?\\.(?i:utf-?8)$", env.value) && image_env("MUSL_LOCPATH") == ""
    edit {
      at   = value_range()
      with = "C.UTF-8"
    }
  }
  fix "for translated dates and messages: apk add musl-locales and ENV MUSL_LOCPATH=/usr/share/i18n/locales/musl" {
    safety = "manual"
    when   = image_env("MUSL_LOCPATH") == ""
  }
  fix "for sorting, numbers and currency use a library with its own data, such as ICU (apk add icu-libs icu-data-full), or a glibc image" {
    safety = "manual"
  }
}
