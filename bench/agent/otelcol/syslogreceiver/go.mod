module example.invalid/syslogreceiver

go 1.25.0

require (
	github.com/open-telemetry/opentelemetry-collector-contrib/pkg/stanza v0.149.0
	go.opentelemetry.io/collector/component v1.55.0
	go.opentelemetry.io/collector/receiver v1.55.0
)
