policy "ML6006" {
  name     = "dns-without-tcp"
  title    = "Before 1.2.4 musl never asks DNS over TCP"
  severity = "info"
  covers   = ["DNS_NO_TCP"]
  once     = "file"
  until    = "musl:1.2.4"
  links = [
    "https://github.com/hypothesis/via/pull/831",
  ]

  match "stage" {
    libc    = ["musl"]
    shipped = ["true"]
  }

  message = "musl ${stage.musl} asks DNS over UDP only: a name whose answer has more than 512 bytes loses addresses or fails, with \"bad address\" (busybox), ENOTFOUND (Node.js) or \"Name does not resolve\""

  fix "use Alpine 3.18 or newer (3.19 for very long CNAME chains)" {
    safety = "manual"
  }
}
