policy "ML1021" {
  name     = "conda-on-musl"
  title    = "Conda and its packages are built for glibc only"
  severity = "warning"
  covers   = ["CONDA_ON_ALPINE"]
  once     = "stage"
  links = [
    "https://github.com/mamba-org/mamba/issues/3514",
    "https://github.com/mamba-org/micromamba-docker/issues/559",
  ]

  match "command" {
    libc        = ["musl"]
    instruction = ["RUN"]
    name        = ["sh", "bash", "ash", "*conda*.sh", "*forge*.sh"]
  }
  match "download" {
    libc = ["musl"]
    url  = ["*Miniconda*-Linux-*.sh", "*Anaconda*-Linux-*.sh", "*Miniforge*-Linux-*.sh", "*Mambaforge*-Linux-*.sh", "*miniforge*Linux*.sh", "*micro.mamba.pm/*", "*micromamba-linux-*"]
  }
  # The download speaks where nothing shows that the installer is run.
  when = (
    contains(["curl", "wget", "aria2c", ""], command.name)
    ? stage.shipped && !stage_text("(?i)(?:sh|bash|/)\\s*\\S*(?:conda|forge)\\S*\\.sh\\s+-\\S*b")
    : has_word("(?i)(?:conda|miniforge|mambaforge)[^/]*\\.sh$") && has_word("^-[a-z]*[bpufs]")
  )

  severity_when "error" {
    when = stage.certain && shim() == "" && !command.conditional && !stage_text("ld-linux|linux-gnu/")
  }

  message = (
    shim() == ""
    ? "the installer and every package of conda are linked to glibc: on ${stage.base_image} it stops with \"not found\" or \"Error loading shared library ld-linux-x86-64.so.2: No such file or directory\""
    : "the installer and every package of conda are linked to glibc: with ${shim()} on ${stage.base_image} some of them start, and others stop with \"Error relocating …: symbol not found\" or crash"
  )

  fix "build FROM continuumio/miniconda3, condaforge/miniforge3 or mambaorg/micromamba, which are Debian or Ubuntu" {
    safety = "manual"
  }
  fix "without conda: python:*-alpine and wheels for musllinux" {
    safety = "manual"
  }
}
