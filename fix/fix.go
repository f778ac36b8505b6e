// Package fix repairs: it makes the fixes of findings, shows changes as unified diffs, reads
// patches that others wrote and applies them, and writes files so that each is old or new at
// any moment. It knows neither rules nor Dockerfiles: how a text is linted is handed to it.
package fix
