policy "ML6013" {
  name     = "resolver-variable-ignored"
  title    = "musl reads no environment variable for name resolution"
  severity = "info"
  covers   = ["DNS_RESOLV_OPTIONS_IGNORED"]
  once     = "stage"
  links    = ["https://github.com/gliderlabs/docker-alpine/issues/255"]

  match "env" {
    libc    = ["musl"]
    keyword = ["ENV"]
    name    = ["RES_OPTIONS", "LOCALDOMAIN", "HOSTALIASES", "RESOLV_HOST_CONF", "RESOLV_MULTI"]
  }
  when = stage.shipped && shim() != "glibc" && !image_text("(?i)glibc")

  # c-ares, which Node.js and curl may use, reads RES_OPTIONS and LOCALDOMAIN, but knows no such option either.
  severity_when "warning" {
    when = env.name == "RES_OPTIONS" && env.known && matches("^(?:\\s*(?:single-request(?:-reopen)?|no-aaaa|inet6|trust-ad|no-reload)\\s*)+$", env.value)
  }

  at      = subject_range()
  message = "musl does not read ${env.name}: name resolution follows /etc/hosts and /etc/resolv.conf, and of the options there only ndots, timeout and attempts"

  fix "leave it out: it has no effect" {
    safety = "unsafe"
    recipe = "remove-env"
  }
  fix "set ndots, timeout or attempts when the container is started: docker run --dns-option ndots:1, dns_opt in Compose, dnsConfig in Kubernetes" {
    safety = "manual"
    when   = env.name == "RES_OPTIONS"
  }
  fix "set search domains when the container is started: docker run --dns-search, dns_search in Compose, dnsConfig in Kubernetes" {
    safety = "manual"
    when   = env.name == "LOCALDOMAIN"
  }
  fix "give the container the name itself: docker run --add-host, extra_hosts in Compose" {
    safety = "manual"
    when   = env.name == "HOSTALIASES"
  }
}
