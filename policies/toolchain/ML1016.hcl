policy "ML1016" {
  name     = "glibc-only-vendor-software"
  title    = "Software whose vendor builds it for glibc only is put into a musl image"
  severity = "warning"
  covers   = ["GLIBC_ONLY_VENDOR_LIB"]
  once     = "stage"

  match "download" {
    libc = ["musl"]
    url = [
      "*libfdb_c*.so", "*linuxx64*odbc_cli*", "*linuxx64*clidriver*", "*nwrfc*.zip",
      "*lunaclient*.tar*", "*LunaClient*.tar*", "*cloudhsm*", "*linux_sslvpn*", "*f5fpc*", "*steamcmd_linux*",
      "*chrome-linux*.zip", "*chromedriver_linux*.zip", "*chromedriver-linux*.zip", "*.AppImage", "*phantomjs*linux*.tar*",
      "*onnxruntime-linux*.tgz", "*libtorch*.zip", "*flutter_linux*.tar*", "*splunk*Linux*.tgz", "*mongodb-linux-*.tgz", "*elasticsearch-*-linux-*.tar.gz",
      "*/cuda_*_linux*.run", "*MATLAB_Runtime*glnxa64*",
    ]
  }
  match "copy" {
    libc   = ["musl"]
    origin = ["context"]
    source = ["*clidriver*", "*nwrfcsdk*", "*nwrfc*", "*lunaclient*", "*linux_sslvpn*", "*f5fpc*", "*steamcmd*", "*libfdb_c*", "*.AppImage", "*libclntsh*"]
  }
  # With a compatibility layer it is ML1011's matter; a stage that is not shipped may fetch for another one.
  when = stage.shipped && shim() == "" && !stage_text("ld-linux|linux-gnu/")

  at      = contains(["ADD", "COPY"], instruction.keyword) ? word_range("(?i)clidriver|nwrfc|lunaclient|sslvpn|f5fpc|steamcmd|fdb|foundationdb|AppImage|libclntsh|chrome|://") : subject_range()
  message = "this is published for glibc only: on ${stage.base_image} it stops with \"Error loading shared library ld-linux-x86-64.so.2: No such file or directory\" or \"Error relocating …: symbol not found\""

  fix "build the image FROM a glibc distribution that the vendor supports" {
    safety = "manual"
  }
  fix "look for an Alpine package of the same software (chromium and chromium-chromedriver, onnxruntime, mongodb-tools …)" {
    safety = "manual"
  }
}
