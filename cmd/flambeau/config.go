package main

import (
	"github.com/flambeau-ml/flambeau/declare"
	"github.com/spf13/cobra"
)

func newConfig() *cobra.Command {
	return &cobra.Command{
		Use:     "config",
		Short:   "Print the reference of the configuration file",
		Long:    "Config prints every key that a configuration file may have, with its values and its default, in Markdown.",
		Example: "  flambeau config | less",
		Args:    usageArgs(cobra.NoArgs),
		RunE:    func(c *cobra.Command, _ []string) error { return declare.WriteReference(c.OutOrStdout()) },
	}
}
