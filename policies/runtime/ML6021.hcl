policy "ML6021" {
  name     = "gai-conf-on-musl"
  title    = "musl reads neither /etc/gai.conf nor /etc/host.conf"
  severity = "info"
  links    = ["https://wiki.musl-libc.org/functional-differences-from-glibc.html"]

  match "write" {
    libc = ["musl"]
    path = ["/etc/gai.conf", "/etc/host.conf"]
  }
  match "command" {
    libc        = ["musl"]
    instruction = ["RUN"]
    name        = ["sed"]
    flag        = ["i", "in-place"]
  }
  when = (
    shim() != "glibc" && !image_text("(?i)glibc")
    && (
      try(write.path, "") != ""
      ? stage.shipped
      : has_word("^/etc/gai\\.conf$") && command.guard == "" && !text_before("gai\\.conf")
    )
  )

  severity_when "error" {
    when = (
      try(write.path, "") == "" && stage.certain && stage.distro == "alpine"
      && !command.conditional && !command.tolerated && (command.last || command.errexit)
    )
  }
  severity_when "warning" {
    when = try(write.path, "") == ""
  }

  at = try(write.path, "") == "" ? word_range("^/etc/gai\\.conf$") : subject_range()
  message = (
    try(write.path, "") == ""
    ? "Alpine has no /etc/gai.conf, so sed fails: sed: /etc/gai.conf: No such file or directory; and musl would not read it"
    : write.path == "/etc/gai.conf"
    ? "this has no effect: the order in which musl's getaddrinfo returns IPv6 and IPv4 addresses is built in, and it never reads /etc/gai.conf"
    : "this has no effect: musl never reads /etc/host.conf; it asks /etc/hosts and then DNS"
  )

  fix "choose IPv4 in the program (curl -4, --dns-result-order=ipv4first in Node.js, -Djava.net.preferIPv4Stack=true), or switch IPv6 off for the container: docker run --sysctl net.ipv6.conf.all.disable_ipv6=1" {
    safety = "manual"
    when   = matches("gai", instruction.text)
  }
}
