policy "ML2008" {
  name     = "pip-sdist-without-headers"
  title    = "A Python package has to be compiled on musl, and the headers of its library are missing"
  severity = "warning"
  covers   = ["PIP_NO_MUSLLINUX_SDIST"]
  links = [
    "https://www.psycopg.org/docs/install.html#build-prerequisites",
    "https://github.com/PyMySQL/mysqlclient#linux",
  ]

  match "install" {
    manager = ["pip"]
    libc    = ["musl"]
    package = ["psycopg2", "mysqlclient", "python-ldap"]
  }
  # Without a compiler the cause is another one.
  when = (
    wheel() == "sdist" && installed("gcc") == "yes" && stage.distro == "alpine" &&
    !command.conditional && !command.tolerated && stage.shim == "" && command.subcommand != "download" &&
    !matches(";", package.text) &&
    !has_flag("f", "find-links", "no-index", "platform", "python-platform") && getenv("PIP_FIND_LINKS") == "" &&
    !matches("alpine|musl|piwheels|wheels", "${join(" ", flag_values("i", "index-url", "extra-index-url", "index", "default-index"))} ${getenv("PIP_EXTRA_INDEX_URL")} ${getenv("PIP_INDEX_URL")}") &&
    (pypi(package.name).apk == "" || installed(pypi(package.name).apk) != "yes") &&
    (
      package.name == "psycopg2" ? lacks("libpq-dev", "postgresql-dev") && !text_before("postgresql[0-9]*-dev|libpq-dev|pg_config") :
      package.name == "mysqlclient" ? lacks("mariadb-dev", "mariadb-connector-c-dev") && !text_before("(mariadb|mysql)[a-z-]*-dev|mysql_config|MYSQLCLIENT_") :
      lacks("openldap-dev") && !text_before("openldap")
    )
  )

  once = "command"
  message = (
    package.name == "psycopg2" ? "pip has to compile ${package.text} on musl: Error: pg_config executable not found." :
    package.name == "mysqlclient" ? "pip has to compile ${package.text} on musl: Exception: Can not find valid pkg-config name. Specify MYSQLCLIENT_CFLAGS and MYSQLCLIENT_LDFLAGS env vars manually" :
  "pip has to compile ${package.text} on musl: fatal error: lber.h: No such file or directory")

  fix "headers" {
    title  = "install the headers before it: apk add --no-cache ${package.name == "psycopg2" ? "libpq-dev" : package.name == "mysqlclient" ? "mariadb-connector-c-dev pkgconf" : "openldap-dev"}, and keep ${package.name == "psycopg2" ? "libpq" : package.name == "mysqlclient" ? "mariadb-connector-c" : "libldap"} for run time"
    safety = "unsafe"
    recipe = "add-packages"
    with   = { packages = package.name == "psycopg2" ? ["libpq-dev"] : package.name == "mysqlclient" ? ["mariadb-connector-c-dev", "pkgconf"] : ["openldap-dev"] }
  }
  fix "binary" {
    when   = package.name == "psycopg2"
    title  = "use psycopg2-binary, which has wheels for musl"
    safety = "manual"
  }
}
