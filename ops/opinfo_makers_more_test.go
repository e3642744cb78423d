package ops_test

import "github.com/flambeau-ml/flambeau/nn"

// Layers that come in one, two and three dimensions, and activations: makers like the others.
func init() {
	for name, f := range map[string]func(in, out, kernel int, opts ...nn.Option) any{
		"Conv3d":          func(in, out, k int, opts ...nn.Option) any { return nn.NewConv3d(in, out, k, opts...) },
		"ConvTranspose1d": func(in, out, k int, opts ...nn.Option) any { return nn.NewConvTranspose1d(in, out, k, opts...) },
		"ConvTranspose2d": func(in, out, k int, opts ...nn.Option) any { return nn.NewConvTranspose2d(in, out, k, opts...) },
		"ConvTranspose3d": func(in, out, k int, opts ...nn.Option) any { return nn.NewConvTranspose3d(in, out, k, opts...) },
	} {
		makers[name] = func(a arguments) any {
			in, out, opts := conv(a)
			if name != "Conv3d" {
				in, out, opts = convTranspose(a)
			}
			return f(in, out, 1, opts...)
		}
	}
	for name, f := range map[string]func(n int, opts ...nn.Option) any{
		"BatchNorm3d":    func(n int, opts ...nn.Option) any { return nn.NewBatchNorm3d(n, opts...) },
		"InstanceNorm1d": func(n int, opts ...nn.Option) any { return nn.NewInstanceNorm1d(n, opts...) },
		"InstanceNorm2d": func(n int, opts ...nn.Option) any { return nn.NewInstanceNorm2d(n, opts...) },
		"InstanceNorm3d": func(n int, opts ...nn.Option) any { return nn.NewInstanceNorm3d(n, opts...) },
	} {
		makers[name] = func(a arguments) any {
			on := name == "BatchNorm3d"
			return f(a.int(0, "num_features", 0), nn.Eps(a.float(1, "eps", 1e-5)), nn.Momentum(a.float(2, "momentum", 0.1)),
				nn.Affine(a.bool(3, "affine", on)), nn.TrackRunningStats(a.bool(4, "track_running_stats", on)))
		}
	}
	for name, f := range map[string]func(p float64) any{
		"Dropout1d":           func(p float64) any { return nn.NewDropout1d(p) },
		"Dropout2d":           func(p float64) any { return nn.NewDropout2d(p) },
		"Dropout3d":           func(p float64) any { return nn.NewDropout3d(p) },
		"AlphaDropout":        func(p float64) any { return nn.NewAlphaDropout(p) },
		"FeatureAlphaDropout": func(p float64) any { return nn.NewFeatureAlphaDropout(p) },
	} {
		makers[name] = func(a arguments) any { return f(a.float(0, "p", 0.5)) }
	}
	for name, f := range map[string]func(widths ...int) nn.Func{
		"ZeroPad1d": nn.NewZeroPad1d, "ZeroPad2d": nn.NewZeroPad2d, "ZeroPad3d": nn.NewZeroPad3d,
		"ReflectionPad1d": nn.NewReflectionPad1d, "ReflectionPad2d": nn.NewReflectionPad2d, "ReflectionPad3d": nn.NewReflectionPad3d,
		"ReplicationPad1d": nn.NewReplicationPad1d, "ReplicationPad2d": nn.NewReplicationPad2d, "ReplicationPad3d": nn.NewReplicationPad3d,
		"CircularPad1d": nn.NewCircularPad1d, "CircularPad2d": nn.NewCircularPad2d, "CircularPad3d": nn.NewCircularPad3d,
	} {
		makers[name] = func(a arguments) any { return f(a.ints(0, "padding")...) }
	}
	for name, f := range map[string]func(value float64, widths ...int) nn.Func{
		"ConstantPad1d": nn.NewConstantPad1d, "ConstantPad2d": nn.NewConstantPad2d, "ConstantPad3d": nn.NewConstantPad3d,
	} {
		makers[name] = func(a arguments) any { return f(a.float(1, "value", 0), a.ints(0, "padding")...) }
	}
	for name, f := range map[string]func(kernel int, opts ...nn.Option) nn.Func{"MaxPool1d": nn.NewMaxPool1d, "MaxPool3d": nn.NewMaxPool3d} {
		makers[name] = func(a arguments) any {
			opts := append(a.window(1, "stride", "padding", "dilation"), nn.KernelSize(a.ints(0, "kernel_size")...))
			if a.bool(5, "ceil_mode", false) {
				opts = append(opts, nn.CeilMode())
			}
			return f(1, opts...)
		}
	}
	for name, f := range map[string]func(kernel int, opts ...nn.Option) nn.Func{"AvgPool1d": nn.NewAvgPool1d, "AvgPool3d": nn.NewAvgPool3d} {
		makers[name] = func(a arguments) any {
			opts := append(a.window(1, "stride", "padding"), nn.KernelSize(a.ints(0, "kernel_size")...), nn.CountIncludePad(a.bool(4, "count_include_pad", true)))
			if a.bool(3, "ceil_mode", false) {
				opts = append(opts, nn.CeilMode())
			}
			return f(1, opts...)
		}
	}
	for name, f := range map[string]func() nn.Func{
		"ReLU6": nn.NewReLU6, "SELU": nn.NewSELU, "Mish": nn.NewMish, "Softsign": nn.NewSoftsign, "Hardsigmoid": nn.NewHardsigmoid,
		"Hardswish": nn.NewHardswish, "LogSigmoid": nn.NewLogSigmoid, "Tanhshrink": nn.NewTanhshrink, "Softmax2d": nn.NewSoftmax2d,
	} {
		makers[name] = func(arguments) any { return f() }
	}
	for name, f := range map[string]func(a arguments) any{
		"AdaptiveAvgPool1d": func(a arguments) any { return nn.NewAdaptiveAvgPool1d(a.ints(0, "output_size")[0]) },
		"AdaptiveAvgPool3d": func(a arguments) any {
			n := a.ints(0, "output_size")
			return nn.NewAdaptiveAvgPool3d(n[0], n[len(n)/2], n[len(n)-1])
		},
		"CELU":       func(a arguments) any { return nn.NewCELU(a.float(0, "alpha", 1)) },
		"Softplus":   func(a arguments) any { return nn.NewSoftplus(a.float(0, "beta", 1), a.float(1, "threshold", 20)) },
		"Hardtanh":   func(a arguments) any { return nn.NewHardtanh(a.float(0, "min_val", -1), a.float(1, "max_val", 1)) },
		"Hardshrink": func(a arguments) any { return nn.NewHardshrink(a.float(0, "lambd", 0.5)) },
		"Softshrink": func(a arguments) any { return nn.NewSoftshrink(a.float(0, "lambd", 0.5)) },
		"Threshold":  func(a arguments) any { return nn.NewThreshold(a.float(0, "threshold", 0), a.float(1, "value", 0)) },
		"GLU":        func(a arguments) any { return nn.NewGLU(a.int(0, "dim", -1)) },
		"Softmin":    func(a arguments) any { return nn.NewSoftmin(a.int(0, "dim", 0)) },
		"Unflatten": func(a arguments) any {
			return nn.NewUnflatten(a.int(0, "dim", 0), a.ints(1, "unflattened_size")...)
		},
		"PixelShuffle":   func(a arguments) any { return nn.NewPixelShuffle(a.int(0, "upscale_factor", 0)) },
		"PixelUnshuffle": func(a arguments) any { return nn.NewPixelUnshuffle(a.int(0, "downscale_factor", 0)) },
		"ChannelShuffle": func(a arguments) any { return nn.NewChannelShuffle(a.int(0, "groups", 0)) },
		"PReLU":          func(a arguments) any { return nn.NewPReLU(a.int(0, "num_parameters", 1)) },
		"RReLU":          func(a arguments) any { return nn.NewRReLU(a.float(0, "lower", 1.0/8), a.float(1, "upper", 1.0/3)) },
		"RMSNorm": func(a arguments) any {
			opts := []nn.Option{nn.Affine(a.bool(2, "elementwise_affine", true))}
			if a.get(1, "eps", nil) != nil {
				opts = append(opts, nn.Eps(a.float(1, "eps", 0)))
			}
			return nn.NewRMSNorm(a.ints(0, "normalized_shape"), opts...)
		},
		"GroupNorm": func(a arguments) any {
			return nn.NewGroupNorm(a.int(0, "num_groups", 0), a.int(1, "num_channels", 0), nn.Eps(a.float(2, "eps", 1e-5)), nn.Affine(a.bool(3, "affine", true)))
		},
		"Bilinear": func(a arguments) any {
			return nn.NewBilinear(a.int(0, "in1_features", 0), a.int(1, "in2_features", 0), a.int(2, "out_features", 0), nn.Bias(a.bool(3, "bias", true)))
		},
	} {
		makers[name] = f
	}
}

// convTranspose reads the arguments of a transposed convolution.
func convTranspose(a arguments) (in, out int, opts []nn.Option) {
	opts = append(a.window(3, "stride", "padding"), nn.KernelSize(a.ints(2, "kernel_size")...), nn.Groups(a.int(6, "groups", 1)), nn.Bias(a.bool(7, "bias", true)))
	if n := a.ints(5, "output_padding"); n != nil {
		opts = append(opts, nn.OutputPadding(n...))
	}
	opts = append(opts, a.window(8, "dilation")...)
	return a.int(0, "in_channels", 0), a.int(1, "out_channels", 0), opts
}
