policy "ML6008" {
  name     = "time64-needs-new-host"
  title    = "32-bit Alpine 3.13 and newer needs a recent Docker on the host"
  severity = "info"
  covers   = ["TIME64_OLD_HOST"]
  once     = "file"
  links = [
    "https://github.com/alpinelinux/docker-alpine/issues/135",
    "https://github.com/alpinelinux/docker-alpine/issues/150",
    "https://github.com/moby/moby/issues/40734",
  ]

  match "stage" {
    libc = ["musl"]
  }
  when = (
    contains(["arm", "arm/v5", "arm/v6", "arm/v7", "386"], stage.arch)
    && (stage.musl == "" ? !release_before("3.13") : version_compare("apk", stage.musl, "1.2.0") >= 0)
  )

  message = "on ${stage.arch} this image needs Docker 19.03.9 and libseccomp 2.4.2 or newer on the host: with older ones date prints \"Sun Jan  0 00:100:4174038  1900\" and programs stop with \"clock_gettime(CLOCK_MONOTONIC, _) failed: Operation not permitted\""

  fix "update Docker and libseccomp on the machines that build and run it" {
    safety = "manual"
  }
}
