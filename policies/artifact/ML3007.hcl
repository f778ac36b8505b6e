policy "ML3007" {
  name     = "libstdcxx-too-old"
  title    = "A C++ program of a newer Alpine runs with an older one's libstdc++"
  severity = "info"
  covers   = ["NODE_PREBUILT_LIBSTDCXX_TOO_NEW"]
  links    = ["https://gcc.gnu.org/onlinedocs/libstdc++/manual/abi.html"]

  match "artifact" {
    libc          = ["musl"]
    artifact_libc = ["musl"]
  }
  when = (
    stage.shipped && contains(artifact.needs, "libstdc++.so.6") && finally_installed("libstdc++") != "no" &&
    (artifact.kind != "built-program" || artifact.started) &&
    artifact.made_gcc != "" && stage.gcc != "" &&
    version_compare("apk", split(".", artifact.made_gcc)[0], split(".", stage.gcc)[0]) > 0 &&
    !text_before("COPY[^\\n]*libstdc|edge/main")
  )

  once    = "stage"
  message = "${artifact.source} is built with GCC ${artifact.made_gcc}, and the libstdc++ of ${stage.base_image} is that of GCC ${stage.gcc}: if it uses anything newer, it ends with \"Error relocating ${artifact.dest}: _ZSt…: symbol not found\""
  evidence = concat(
    [note("it needs libstdc++: ${artifact.why}", artifact_range())],
    from_reasons(),
  )

  fix "take the same release of Alpine for both stages" {
    safety = "manual"
  }
  fix "link the C++ run-time into the program: -static-libstdc++ -static-libgcc" {
    safety = "manual"
  }
}
