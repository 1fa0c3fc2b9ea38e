// Package syslogreceiver makes a receiver of the collector's own syslog operator, as its contributors' syslogreceiver does;
// the module proxy has the operator of this version, and not that receiver.
package syslogreceiver

import (
	"github.com/open-telemetry/opentelemetry-collector-contrib/pkg/stanza/adapter"
	"github.com/open-telemetry/opentelemetry-collector-contrib/pkg/stanza/operator"
	"github.com/open-telemetry/opentelemetry-collector-contrib/pkg/stanza/operator/input/syslog"
	"go.opentelemetry.io/collector/component"
	"go.opentelemetry.io/collector/receiver"
)

// Config holds the settings of the operator beside those of each receiver.
type Config struct {
	syslog.Config      `mapstructure:",squash"`
	adapter.BaseConfig `mapstructure:",squash"`
}

type kind struct{}

// NewFactory is what the builder looks for.
func NewFactory() receiver.Factory { return adapter.NewFactory(kind{}, component.StabilityLevelBeta) }

func (kind) Type() component.Type { return component.MustNewType("syslog") }

func (kind) CreateDefaultConfig() component.Config {
	return &Config{Config: *syslog.NewConfig(), BaseConfig: adapter.BaseConfig{Operators: []operator.Config{}}}
}

func (kind) BaseConfig(config component.Config) adapter.BaseConfig { return config.(*Config).BaseConfig }

func (kind) InputConfig(config component.Config) operator.Config {
	return operator.NewConfig(&config.(*Config).Config)
}
