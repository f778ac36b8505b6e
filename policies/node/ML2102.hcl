policy "ML2102" {
  name     = "browser-download"
  title    = "A downloaded browser or driver is built for glibc"
  severity = "warning"
  covers   = ["PLAYWRIGHT_ALPINE"]
  links = [
    "https://playwright.dev/docs/docker",
    "https://pptr.dev/guides/docker",
    "https://github.com/microsoft/playwright/issues/2826",
  ]

  match "command" {
    name        = ["playwright", "patchright", "puppeteer", "node", "python", "yarn", "pnpm", "bunx"]
    instruction = ["RUN"]
    libc        = ["musl"]
  }
  match "install" {
    manager = ["npm"]
    libc    = ["musl"]
    package = ["playwright", "@playwright/test", "playwright-chromium", "playwright-firefox", "playwright-webkit", "puppeteer", "chromedriver", "geckodriver", "cypress", "electron", "nightmare", "phantomjs", "phantomjs-prebuilt"]
  }
  match "install" {
    manager = ["pip"]
    libc    = ["musl"]
    package = ["playwright", "patchright"]
  }
  when = (
    !command.conditional && !command.tolerated &&
    !text_before("libgcompat\\.so") &&
    # pip's finding no file at all is another finding.
    try(wheel(), "") != "none" &&
    (command.subcommand == "install" && contains(["playwright", "patchright"], command.name) ||
      contains(["playwright", "patchright"], command.name) && contains(["install", "install-deps"], operand(0)) ||
      command.name == "puppeteer" && has_word("^browsers$") ||
      command.name == "node" && has_word("(playwright|puppeteer)[a-z-]*/install\\.m?js$") ||
      contains(["python", "yarn", "pnpm", "bunx"], command.name) && has_word("^(playwright|patchright)$") && has_word("^install(-deps)?$") && !has_word("^(add|-D|uninstall|remove)$") ||
      contains(["npm", "pip", "uv", "poetry", "pdm", "pipx", "bun"], command.name) ||
    contains(["yarn", "pnpm"], command.name) && contains(["add", "global add", "install", "i"], command.subcommand) && has_word("^(playwright|@playwright/test|puppeteer|chromedriver|cypress|electron)")) &&
    getenv("PUPPETEER_SKIP_DOWNLOAD") == "" && getenv("PUPPETEER_SKIP_CHROMIUM_DOWNLOAD") == "" && getenv("PUPPETEER_SKIP_CHROME_DOWNLOAD") == "" &&
    getenv("PLAYWRIGHT_SKIP_BROWSER_DOWNLOAD") == "" && getenv("CHROMEDRIVER_SKIP_DOWNLOAD") == "" &&
    getenv("CYPRESS_INSTALL_BINARY") != "0" && getenv("ELECTRON_SKIP_BINARY_DOWNLOAD") == "" &&
    getenv("npm_config_ignore_scripts") != "true" && !has_flag("ignore-scripts")
  )
  # The package alone is harmless beside a browser of Alpine's own.
  severity_when "info" {
    when = try(package.name, "") != "" && (installed("chromium") == "yes" || installed("firefox") == "yes")
  }

  once = "stage"
  message = (
    try(install.manager, "") == "pip" && try(wheel(), "") == "sdist" && getenv("PLAYWRIGHT_NODEJS_PATH") == "" ?
    "${try(package.name, "")} installs from source here, without Node.js, and its browsers are built for glibc: \"This installation of Playwright does not include Node.js. Set PLAYWRIGHT_NODEJS_PATH\"" :
  "${contains(["playwright", "@playwright/test", "patchright"], try(package.name, "")) ? "the browsers of ${try(package.name, "")} are built for glibc and do" : "the browser that this downloads is built for glibc and does"} not start on ${stage.base_image}: \"browserType.launch: … ENOENT\", \"spawn …/chrome ENOENT\"")

  fix "install Alpine's own browser (apk add --no-cache chromium), set its path (PUPPETEER_EXECUTABLE_PATH=/usr/bin/chromium-browser, or executablePath), and skip the download" {
    when   = (!matches("playwright|patchright", (try(package.name, "") != "" ? try(package.name, "") : command.line))) && stage.distro == "alpine" && matches("puppeteer", "${try(package.name, "")} ${command.line}")
    safety = "unsafe"
    recipe "add-packages" {
      with = { packages = ["chromium"], needed = "run" }
    }
    recipe "set-env" {
      with = { name = "PUPPETEER_SKIP_DOWNLOAD", value = "true" }
    }
    recipe "set-env" {
      with = { name = "PUPPETEER_EXECUTABLE_PATH", value = "/usr/bin/chromium-browser" }
    }
  }
  fix "take an image that the project supports: ghcr.io/puppeteer/puppeteer, cypress/included, selenium/standalone-chromium" {
    when   = !matches("playwright|patchright", (try(package.name, "") != "" ? try(package.name, "") : command.line))
    safety = "manual"
  }
  fix "take the image of the project: mcr.microsoft.com/playwright (Node.js), mcr.microsoft.com/playwright/python" {
    when   = matches("playwright|patchright", (try(package.name, "") != "" ? try(package.name, "") : command.line))
    safety = "manual"
  }
  fix "use Alpine's browser instead of the download: apk add --no-cache chromium, and launch() with executablePath: '/usr/bin/chromium'" {
    when   = matches("playwright|patchright", (try(package.name, "") != "" ? try(package.name, "") : command.line)) && try(install.manager, "") != "pip" && command.name != "python"
    safety = "manual"
  }
  fix "use Alpine's Node.js and browser: apk add --no-cache nodejs chromium, ENV PLAYWRIGHT_NODEJS_PATH=/usr/bin/node, and launch(executable_path=\"/usr/bin/chromium\")" {
    when   = matches("playwright|patchright", (try(package.name, "") != "" ? try(package.name, "") : command.line)) && (try(install.manager, "") == "pip" || command.name == "python")
    safety = "manual"
  }
  fix "install the browser or driver with apk (chromium, chromium-chromedriver, firefox), and tell the package where it is" {
    when   = !matches("playwright|patchright|puppeteer", "${try(package.name, "")} ${command.line}")
    safety = "manual"
  }
}
