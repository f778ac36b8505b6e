policy "ML2403" {
  name     = "dotnet-icu-english-only"
  title    = "Alpine's icu-libs knows English only"
  severity = "warning"
  covers   = ["DOTNET_ICU_DATA_EN_ONLY"]
  links    = ["https://github.com/dotnet/dotnet-docker/issues/3844"]

  match "install" {
    manager = ["apk"]
    package = ["icu-libs"]
    libc    = ["musl"]
  }
  # A tag of .NET 6 or later that names no release of Alpine has moved on to a later one.
  when = (
    (release_since("3.16") || stage.release == "" && matches("^([6-9]|1\\d)(\\.|$)", stage.version) && matches("dotnet", stage.repository)) &&
    file_text("(?i)DOTNET_SYSTEM_GLOBALIZATION_INVARIANT[= ]+\"?(false|0)\\b") &&
    finally_installed("icu-data-full") != "yes" &&
    !file_text("icu-data-full|icu-dev|\\bicu\\s") &&
    !matches("sdk|extra", "${stage.repository}:${stage.tag}")
  )

  message = "with icu-libs alone .NET formats and sorts every culture like English: since Alpine 3.16 the data of the others is in icu-data-full"

  fix "apk add icu-data-full as well" {
    safety = "safe"
    edit {
      at           = subject_range()
      with         = " icu-data-full"
      insert_after = true
    }
  }
}
