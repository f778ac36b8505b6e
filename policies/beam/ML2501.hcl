policy "ML2501" {
  name     = "beam-nif-glibc"
  title    = "gcompat does not help an Erlang NIF that was built for glibc"
  severity = "info"
  covers   = ["BEAM_NIF_GLIBC"]
  links    = ["https://github.com/appsignal/appsignal-elixir/issues/935"]

  match "install" {
    manager = ["apk"]
    package = ["gcompat", "libc6-compat"]
    libc    = ["musl"]
  }
  match "command" {
    name        = ["export"]
    instruction = ["RUN"]
    libc        = ["musl"]
  }
  # Tailwind and esbuild, which Phoenix downloads, are programs: gcompat may serve them.
  when = (command.name == "apk" ?
    (matches("elixir|erlang", stage.repository) || runs("mix", "rebar3")) &&
    runs("mix", "rebar3") && !stage_text("(?i)tailwind|esbuild|assets|npm|node") :
    has_word("^(APPSIGNAL_BUILD_FOR_(MUSL|LINUX_ARM)|RUSTLER_PRECOMPILED_\\w+|TARGET_(ABI|VENDOR|OS|ARCH))=") &&
    command.last && !matches("\\bmix\\b|rebar3", instruction.text) &&
    !stage_text("ENV[^\\n]*(APPSIGNAL_BUILD_FOR|RUSTLER_PRECOMPILED|TARGET_(ABI|VENDOR|OS|ARCH))")
  )
  severity_when "warning" {
    when = command.name == "export" || stage_text("(?i)appsignal")
  }

  once = "stage"
  message = (command.name == "export" ?
    "an export ends with its RUN, so mix picks a NIF without it: Failed to load NIF library: Error loading shared library ld-linux-x86-64.so.2" :
  "gcompat serves programs, and a NIF is loaded into beam.smp, which is a musl program: one for glibc still ends with Failed to load NIF library: Error relocating …: gnu_get_libc_version: symbol not found")

  fix "drop it: the NIF is fetched for musl here" {
    when   = try(package.name, "") != "" && stage_text("APPSIGNAL_BUILD_FOR_MUSL=1|TARGET_ABI=musl")
    safety = "unsafe"
    recipe = "remove-packages"
    with   = { packages = ["gcompat", "libc6-compat"] }
  }
  fix "let the package download or build its NIF for musl (TARGET_ABI=musl, APPSIGNAL_BUILD_FOR_MUSL=1 as ENV; force_build for rustler_precompiled), and drop gcompat" {
    safety = "manual"
  }
  fix "use the Debian variant of the image: elixir:1.18-slim" {
    safety = "manual"
  }
}
