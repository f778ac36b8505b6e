policy "ML2401" {
  name     = "dotnet-rid-libc"
  title    = "A .NET program is published for another libc than it runs on"
  severity = "warning"
  covers   = ["DOTNET_RID_GLIBC"]
  links    = ["https://github.com/dotnet/dotnet-docker/issues/527"]

  match "artifact" {
    kind          = ["dotnet-program", "dotnet-launcher"]
    artifact_libc = ["glibc"]
    libc          = ["musl"]
  }
  match "artifact" {
    kind          = ["dotnet-program", "dotnet-launcher"]
    artifact_libc = ["musl"]
    libc          = ["glibc"]
  }
  # The launcher beside the DLL counts where it is what the image starts, by a name that
  # no other file of this stage has.
  when = stage.shim == "" && (
    artifact.kind != "dotnet-launcher" ||
    stage.shipped && artifact.started && matches("dotnet/", stage.repository) && shim() == "" &&
    !stage_text("(ENTRYPOINT|CMD)[^\\n]*(\\bdotnet[\"' ]|\\.sh\\b|entrypoint|/(start|run|init|wait))")
  )

  # `dotnet app.dll` runs the image's own run-time; only what packages bring in native
  # code is then for the wrong libc. Before .NET 6, -r alone made a self-contained program.
  severity_when "info" {
    when = (
      artifact.kind != "dotnet-launcher" && stage_text("(ENTRYPOINT|CMD)[^\\n]*\\bdotnet[\"' ]") &&
      !matches("self-contained(=true| true|$)|PublishSingleFile|PublishAot", artifact.why) &&
      !matches("^[1-5]\\.", stage.version)
    )
  }
  severity_when "error" {
    when = (
      artifact.kind != "dotnet-launcher" && stage.shipped && finally_installed("gcompat") != "yes" && finally_installed("libc6-compat") != "yes" &&
      !stage_text("(ENTRYPOINT|CMD)[^\\n]*(\\bdotnet[\"' ]|\\.sh\\b|entrypoint)") &&
      (matches("runtime-deps", "${stage.repository}:${stage.tag}") || stage_text("(ENTRYPOINT|CMD)\\s+\\[?\\s*\"?(\\./|/)[\\w./-]*[A-Za-z0-9]"))
    )
  }

  once = "stage"
  at   = artifact_range()
  message = (
    artifact.kind == "dotnet-launcher" ?
    "${artifact.why}, ${artifact.libc}, and ${stage.base_image} has ${stage.libc}: the launcher does not start: no such file or directory" :
    artifact.libc == "musl" ?
    "this publishes for musl (${artifact.why}), and ${stage.base_image} has glibc: exec: no such file or directory" :
    stage_text("(ENTRYPOINT|CMD)[^\\n]*\\bdotnet[\"' ]") ?
    "${artifact.why}: what packages bring in native code will not load on ${stage.base_image}: Error loading shared library ld-linux-x86-64.so.2" :
  "${artifact.why}, and ${stage.base_image} has musl: the program does not start: exec: no such file or directory")
  evidence = concat(
    [note("it is copied into a ${stage.libc} stage here", subject_range())],
    from_reasons(),
  )

  # What the program loads besides the libc is had in the runtime-deps images, and not in a bare Alpine.
  fix "musl" {
    when   = artifact.libc == "glibc" && artifact.kind == "dotnet-program"
    title  = "publish for the libc of the final image: -r ${stage.arch == "arm64" ? "linux-musl-arm64" : stage.arch == "arm/v7" ? "linux-musl-arm" : "linux-musl-x64"}"
    safety = "unsafe"
    recipe "set-flag" {
      at = artifact_range()
      with = {
        flag  = ["-r", "--runtime"]
        value = stage.arch == "arm64" ? "linux-musl-arm64" : stage.arch == "arm/v7" ? "linux-musl-arm" : "linux-musl-x64"
        also  = "stage"
      }
    }
    recipe "add-packages" {
      with = { packages = finally_installed("libstdc++") == "no" ? ["libstdc++", "libgcc"] : [], needed = "run" }
    }
  }
  fix "publish for the libc of the final image: -r linux-musl-x64 (arm64: linux-musl-arm64) on Alpine, -r linux-x64 on Debian and Ubuntu" {
    safety = "manual"
  }
  fix "publish without -r and start it with dotnet app.dll" {
    safety = "manual"
  }
}
