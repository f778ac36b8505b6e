policy "ML6020" {
  name     = "nss-module-on-musl"
  title    = "musl loads no NSS modules"
  severity = "info"
  once     = "stage"
  links    = ["https://github.com/pikhq/musl-nscd"]

  match "write" {
    libc = ["musl"]
    path = ["/etc/nsswitch.conf"]
  }
  # musl-nscd reads the lines for users and groups, never those for hosts.
  when = (
    stage.shipped && write.known && shim() != "glibc" && !image_text("(?i)glibc")
    && (
      matches("(?m)^\\s*hosts:[^\\n]*\\b(?:mdns\\w*|myhostname|mymachines|resolve|wins|ldap|libvirt\\w*)\\b", write.content)
      || matches("(?m)^\\s*(?:passwd|group|shadow|initgroups|sudoers|automount|netgroup):[^\\n]*\\b(?:ldap|sss|winbind|systemd|nis|nisplus|extrausers|oslogin\\w*)\\b", write.content)
      && image_installed("musl-nscd") == "no" && !image_text("nscd")
    )
  )

  message = (
    matches("(?m)^\\s*hosts:[^\\n]*\\b(?:mdns\\w*|myhostname|mymachines|resolve|wins|ldap|libvirt\\w*)\\b", write.content)
    ? "C programs of this image will not use these modules: musl never reads /etc/nsswitch.conf; hosts come from /etc/hosts and then from DNS, always"
    : "C programs of this image will not find these users: musl never reads /etc/nsswitch.conf; users and groups come from /etc/passwd, /etc/group and what answers at /var/run/nscd/socket"
  )

  fix "for users and groups run musl-nscd, which does read the file: apk add musl-nscd" {
    safety = "manual"
    when   = !matches("(?m)^\\s*hosts:[^\\n]*\\b(?:mdns\\w*|myhostname|mymachines|resolve|wins|ldap|libvirt\\w*)\\b", write.content)
  }
  fix "for hosts use a DNS server that knows them, or --add-host" {
    safety = "manual"
    when   = matches("(?m)^\\s*hosts:", write.content)
  }
}
