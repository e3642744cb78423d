// Code generated from the table of operators by ops/internal/gen. DO NOT EDIT.

package tensor

import (
	"github.com/flambeau-ml/flambeau/graph"
)

// UPLO sets the argument UPLO.
func UPLO(v string) Option { return Option{"UPLO", v} }

// Accumulate sets the argument accumulate.
func Accumulate(v bool) Option { return Option{"accumulate", v} }

// Adjoint sets the argument adjoint.
func Adjoint(v bool) Option { return Option{"adjoint", v} }

// AlignToWindow sets the argument align_to_window.
func AlignToWindow(v bool) Option { return Option{"align_to_window", v} }

// Alpha sets the argument alpha.
func Alpha(v any) Option { return Option{"alpha", v} }

// Approximate sets the argument approximate.
func Approximate(v string) Option { return Option{"approximate", v} }

// AssumeUnique sets the argument assume_unique.
func AssumeUnique(v bool) Option { return Option{"assume_unique", v} }

// Atol sets the argument atol.
func Atol(v float64) Option { return Option{"atol", v} }

// Axis sets the argument axis.
func Axis(v int) Option { return Option{"axis", v} }

// Base sets the argument base.
func Base(v float64) Option { return Option{"base", v} }

// Beta sets the argument beta.
func Beta(v any) Option { return Option{"beta", v} }

// CeilMode sets the argument ceil_mode.
func CeilMode(v bool) Option { return Option{"ceil_mode", v} }

// Center sets the argument center.
func Center(v any) Option { return Option{"center", v} }

// CheckErrors sets the argument check_errors.
func CheckErrors(v bool) Option { return Option{"check_errors", v} }

// ComputeMode sets the argument compute_mode.
func ComputeMode(v int) Option { return Option{"compute_mode", v} }

// Correction sets the argument correction.
func Correction(v int) Option { return Option{"correction", v} }

// CountIncludePad sets the argument count_include_pad.
func CountIncludePad(v bool) Option { return Option{"count_include_pad", v} }

// Delta sets the argument delta.
func Delta(v float64) Option { return Option{"delta", v} }

// Density sets the argument density.
func Density(v bool) Option { return Option{"density", v} }

// Descending sets the argument descending.
func Descending(v bool) Option { return Option{"descending", v} }

// Dilation sets the argument dilation.
func Dilation(v ...int) Option { return Option{"dilation", v} }

// Dims sets the argument dim.
func Dims(v ...int) Option { return Option{"dim", v} }

// Dim1 sets the argument dim1.
func Dim1(v int) Option { return Option{"dim1", v} }

// Dim2 sets the argument dim2.
func Dim2(v int) Option { return Option{"dim2", v} }

// DivisorOverride sets the argument divisor_override.
func DivisorOverride(v int) Option { return Option{"divisor_override", v} }

// Driver sets the argument driver.
func Driver(v string) Option { return Option{"driver", v} }

// DropoutP sets the argument dropout_p.
func DropoutP(v float64) Option { return Option{"dropout_p", v} }

// As sets the argument dtype.
func As(v graph.DType) Option { return Option{"dtype", v} }

// Dx sets the argument dx.
func Dx(v any) Option { return Option{"dx", v} }

// EnableGqa sets the argument enable_gqa.
func EnableGqa(v bool) Option { return Option{"enable_gqa", v} }

// End sets the argument end.
func End(v any) Option { return Option{"end", v} }

// EndDim sets the argument end_dim.
func EndDim(v int) Option { return Option{"end_dim", v} }

// Eps sets the argument eps.
func Eps(v float64) Option { return Option{"eps", v} }

// EqualNan sets the argument equal_nan.
func EqualNan(v bool) Option { return Option{"equal_nan", v} }

// FillValue sets the argument fill_value.
func FillValue(v int) Option { return Option{"fill_value", v} }

// FullMatrices sets the argument full_matrices.
func FullMatrices(v bool) Option { return Option{"full_matrices", v} }

// Groups sets the argument groups.
func Groups(v int) Option { return Option{"groups", v} }

// Hermitian sets the argument hermitian.
func Hermitian(v bool) Option { return Option{"hermitian", v} }

// HopLength sets the argument hop_length.
func HopLength(v int) Option { return Option{"hop_length", v} }

// IgnoreIndex sets the argument ignore_index.
func IgnoreIndex(v int) Option { return Option{"ignore_index", v} }

// IncludeSelf sets the argument include_self.
func IncludeSelf(v bool) Option { return Option{"include_self", v} }

// Ind sets the argument ind.
func Ind(v int) Option { return Option{"ind", v} }

// InputScale sets the argument input_scale.
func InputScale(v any) Option { return Option{"input_scale", v} }

// Interpolation sets the argument interpolation.
func Interpolation(v string) Option { return Option{"interpolation", v} }

// Invert sets the argument invert.
func Invert(v bool) Option { return Option{"invert", v} }

// IsCausal sets the argument is_causal.
func IsCausal(v bool) Option { return Option{"is_causal", v} }

// KeepDim sets the argument keepdim.
func KeepDim(v bool) Option { return Option{"keepdim", v} }

// LabelSmoothing sets the argument label_smoothing.
func LabelSmoothing(v float64) Option { return Option{"label_smoothing", v} }

// Lambd sets the argument lambd.
func Lambd(v any) Option { return Option{"lambd", v} }

// Largest sets the argument largest.
func Largest(v bool) Option { return Option{"largest", v} }

// Left sets the argument left.
func Left(v bool) Option { return Option{"left", v} }

// Length sets the argument length.
func Length(v int) Option { return Option{"length", v} }

// LogTarget sets the argument log_target.
func LogTarget(v bool) Option { return Option{"log_target", v} }

// Margin sets the argument margin.
func Margin(v any) Option { return Option{"margin", v} }

// MaxVal sets the argument max_val.
func MaxVal(v any) Option { return Option{"max_val", v} }

// MinVal sets the argument min_val.
func MinVal(v any) Option { return Option{"min_val", v} }

// Mode sets the argument mode.
func Mode(v any) Option { return Option{"mode", v} }

// N sets the argument n.
func N(v any) Option { return Option{"n", v} }

// Nan sets the argument nan.
func Nan(v float64) Option { return Option{"nan", v} }

// NegativeSlope sets the argument negative_slope.
func NegativeSlope(v any) Option { return Option{"negative_slope", v} }

// Neginf sets the argument neginf.
func Neginf(v float64) Option { return Option{"neginf", v} }

// Niter sets the argument niter.
func Niter(v int) Option { return Option{"niter", v} }

// Norm sets the argument norm.
func Norm(v string) Option { return Option{"norm", v} }

// Normalized sets the argument normalized.
func Normalized(v bool) Option { return Option{"normalized", v} }

// Offset sets the argument offset.
func Offset(v int) Option { return Option{"offset", v} }

// Onesided sets the argument onesided.
func Onesided(v bool) Option { return Option{"onesided", v} }

// Ord sets the argument ord.
func Ord(v any) Option { return Option{"ord", v} }

// OutInt32 sets the argument out_int32.
func OutInt32(v bool) Option { return Option{"out_int32", v} }

// OutputPadding sets the argument output_padding.
func OutputPadding(v ...int) Option { return Option{"output_padding", v} }

// OutputSize sets the argument output_size.
func OutputSize(v any) Option { return Option{"output_size", v} }

// P sets the argument p.
func P(v any) Option { return Option{"p", v} }

// PadMode sets the argument pad_mode.
func PadMode(v string) Option { return Option{"pad_mode", v} }

// Padding sets the argument padding.
func Padding(v ...int) Option { return Option{"padding", v} }

// PaddingIdx sets the argument padding_idx.
func PaddingIdx(v any) Option { return Option{"padding_idx", v} }

// Pivot sets the argument pivot.
func Pivot(v bool) Option { return Option{"pivot", v} }

// Posinf sets the argument posinf.
func Posinf(v float64) Option { return Option{"posinf", v} }

// Q sets the argument q.
func Q(v int) Option { return Option{"q", v} }

// Rcond sets the argument rcond.
func Rcond(v float64) Option { return Option{"rcond", v} }

// Reduction sets the argument reduction.
func Reduction(v string) Option { return Option{"reduction", v} }

// Replacement sets the argument replacement.
func Replacement(v bool) Option { return Option{"replacement", v} }

// ReturnComplex sets the argument return_complex.
func ReturnComplex(v bool) Option { return Option{"return_complex", v} }

// ReturnCounts sets the argument return_counts.
func ReturnCounts(v bool) Option { return Option{"return_counts", v} }

// ReturnInverse sets the argument return_inverse.
func ReturnInverse(v bool) Option { return Option{"return_inverse", v} }

// Right sets the argument right.
func Right(v bool) Option { return Option{"right", v} }

// Rtol sets the argument rtol.
func Rtol(v float64) Option { return Option{"rtol", v} }

// S sets the argument s.
func S(v ...any) Option { return Option{"s", v} }

// Scale sets the argument scale.
func Scale(v any) Option { return Option{"scale", v} }

// Side sets the argument side.
func Side(v string) Option { return Option{"side", v} }

// Sorted sets the argument sorted.
func Sorted(v bool) Option { return Option{"sorted", v} }

// Start sets the argument start.
func Start(v any) Option { return Option{"start", v} }

// StartDim sets the argument start_dim.
func StartDim(v int) Option { return Option{"start_dim", v} }

// Std sets the argument std.
func Std(v float64) Option { return Option{"std", v} }

// Step sets the argument step.
func Step(v any) Option { return Option{"step", v} }

// StorageOffset sets the argument storage_offset.
func StorageOffset(v int) Option { return Option{"storage_offset", v} }

// Stride sets the argument stride.
func Stride(v ...int) Option { return Option{"stride", v} }

// Swap sets the argument swap.
func Swap(v bool) Option { return Option{"swap", v} }

// Sym sets the argument sym.
func Sym(v bool) Option { return Option{"sym", v} }

// Tau sets the argument tau.
func Tau(v float64) Option { return Option{"tau", v} }

// Threshold sets the argument threshold.
func Threshold(v any) Option { return Option{"threshold", v} }

// Transpose sets the argument transpose.
func Transpose(v bool) Option { return Option{"transpose", v} }

// Unitriangular sets the argument unitriangular.
func Unitriangular(v bool) Option { return Option{"unitriangular", v} }

// UnpackData sets the argument unpack_data.
func UnpackData(v bool) Option { return Option{"unpack_data", v} }

// UnpackPivots sets the argument unpack_pivots.
func UnpackPivots(v bool) Option { return Option{"unpack_pivots", v} }

// Unsafe sets the argument unsafe.
func Unsafe(v bool) Option { return Option{"unsafe", v} }

// Upper sets the argument upper.
func Upper(v bool) Option { return Option{"upper", v} }

// Value sets the argument value.
func Value(v any) Option { return Option{"value", v} }

// WinLength sets the argument win_length.
func WinLength(v int) Option { return Option{"win_length", v} }

// WithReplacement sets the argument with_replacement.
func WithReplacement(v bool) Option { return Option{"with_replacement", v} }
