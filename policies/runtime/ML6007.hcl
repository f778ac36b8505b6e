policy "ML6007" {
  name     = "resolv-conf-option-ignored"
  title    = "An option written to /etc/resolv.conf has no effect"
  severity = "warning"
  covers   = ["DNS_RESOLV_OPTIONS_IGNORED", "DNS_NDOTS_SEARCH"]
  once     = "stage"
  links = [
    "https://github.com/gliderlabs/docker-alpine/issues/255",
    "https://github.com/moby/buildkit/issues/1267",
  ]

  match "write" {
    libc = ["musl"]
    path = ["/etc/resolv.conf"]
  }
  match "command" {
    libc = ["musl"]
    name = ["sed"]
    flag = ["i", "in-place"]
  }
  # A command that runs in the container may well set ndots, timeout and attempts there.
  when = (
    contains(["RUN", "COPY"], instruction.keyword)
    ? matches("(?m)^\\s*(?:options|search|domain)\\s|\\b(?:single-request|use-vc|edns0)\\b", try(write.content, ""))
    || try(write.path, "") == "" && has_word("^/etc/resolv\\.conf$") && has_word("\\b(?:single-request(?:-reopen)?|use-vc|rotate|edns0|trust-ad|no-aaaa|inet6|ndots|timeout|attempts)\\b")
    : matches("\\b(?:single-request(?:-reopen)?|use-vc|rotate|edns0|trust-ad|no-aaaa|inet6|attempts:0|timeout:0)\\b", join(" ", try([write.content], command.words)))
    && (try(write.path, "") != "" || has_word("^/etc/resolv\\.conf$"))
  )

  message = (
    !contains(["RUN", "COPY"], instruction.keyword) && matches("\\battempts:0\\b", join(" ", try([write.content], command.words)))
    ? "attempts:0 makes musl divide by zero: every program that resolves a name dies with SIGFPE"
    : !contains(["RUN", "COPY"], instruction.keyword) && matches("\\btimeout:0\\b", join(" ", try([write.content], command.words)))
    ? "timeout:0 makes every lookup fail on musl"
    : matches("\\b(?:single-request|use-vc|rotate|edns0|trust-ad|no-aaaa|inet6)\\b", join(" ", try([write.content], command.words)))
    ? "musl does not know ${join(", ", distinct(regexall("\\b(?:single-request-reopen|single-request|use-vc|rotate|edns0|trust-ad|no-aaaa|inet6)\\b", join(" ", try([write.content], command.words)))))}: of the options in /etc/resolv.conf it reads ndots, timeout and attempts${contains(["RUN", "COPY"], instruction.keyword) ? "; and Docker replaces the file when a container starts" : ""}"
    : "this does not last: Docker replaces /etc/resolv.conf when a container starts, and BuildKit refuses the write, with \"Read-only file system\""
  )

  fix "leave it out: it has no effect" {
    when   = contains(["RUN", "COPY"], instruction.keyword) && matches("^(?:\\s*options(?:\\s+(?:single-request-reopen|single-request|use-vc|rotate|edns0|trust-ad|no-aaaa|inet6))+\\s*)+$", try(write.content, ""))
    safety = "unsafe"
    recipe = "remove-command"
  }
  fix "set what musl reads when the container is started: docker run --dns-option ndots:1, dns_opt in Compose, dnsConfig in Kubernetes" {
    safety = "manual"
  }
  fix "against lost answers (two queries at once, conntrack) put a cache close by, such as NodeLocal DNSCache, or let the program ask for IPv4 alone" {
    safety = "manual"
    when   = matches("\\b(?:single-request|use-vc|no-aaaa|inet6)\\b", join(" ", try([write.content], command.words)))
  }
}
