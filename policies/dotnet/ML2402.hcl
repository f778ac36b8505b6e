policy "ML2402" {
  name     = "dotnet-icu-missing"
  title    = ".NET is told to use ICU in an Alpine image that has none"
  severity = "warning"
  covers   = ["DOTNET_ICU_MISSING"]
  links    = ["https://github.com/dotnet/dotnet-docker/blob/main/samples/enable-globalization.md"]

  match "env" {
    name    = ["DOTNET_SYSTEM_GLOBALIZATION_INVARIANT"]
    keyword = ["ENV"]
    libc    = ["musl"]
  }
  # The sdk images and the -extra variants have ICU; a COPY of it counts as well.
  when = (
    matches("(?i)^(false|0)$", env.value) &&
    matches("(?i)^(false|0)$", stage_env("DOTNET_SYSTEM_GLOBALIZATION_INVARIANT")) &&
    stage.shipped &&
    finally_installed("icu-libs") != "yes" &&
    !stage_text("(?i)\\bicu|libicu") &&
    !matches("sdk|extra", "${stage.repository}:${stage.tag}") &&
    (matches("^dotnet/|^microsoft/dotnet", stage.repository) || finally_installed("icu-libs") == "no")
  )

  message = "the program will not start: Process terminated. Couldn't find a valid ICU package installed on the system."

  fix "apk add icu-libs icu-data-full, or take the -extra variant of the image" {
    safety = "unsafe"
    recipe = "add-packages"
    with   = { packages = release_before("3.16") ? ["icu-libs"] : ["icu-libs", "icu-data-full"], needed = "run" }
  }
  fix "leave the variable out: the images set it to true" {
    safety = "manual"
  }
}
