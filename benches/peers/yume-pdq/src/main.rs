//! Times yume-pdq for `benches/pdq.rs`: a plane of 512 x 512 luma comes in as little-endian
//! floats; for each line with a number of times, the nanoseconds for hashing it so many times in
//! all eight orientations go out.

use generic_array::GenericArray;
use std::hint::black_box;
use std::io::{self, BufRead, Read};
use std::time::Instant;
use yume_pdq::alignment::{Align8, calloc_generic_array_2d};
use yume_pdq::kernel::SquareGenericArrayExt;

const PIXELS: usize = 512 * 512;

fn main() -> io::Result<()> {
    let mut input = io::stdin().lock();
    let mut bytes = vec![0; 4 * PIXELS];
    input.read_exact(&mut bytes)?;
    let luma: Vec<f32> =
        bytes.as_chunks().0.iter().map(|&float| f32::from_le_bytes(float)).collect();
    let mut kernel = yume_pdq::smart_kernel();
    let mut output = GenericArray::default();
    let mut grid = calloc_generic_array_2d::<f32, Align8<_>, _, _>();
    let (mut row, mut spectrum) = (GenericArray::default(), GenericArray::default());
    let mut threshold = 0.0;
    for line in input.lines() {
        let Ok(times) = line?.trim().parse::<u64>() else { break };
        let start = Instant::now();
        for _ in 0..times {
            let plane = GenericArray::<f32, _>::from_slice(black_box(luma.as_slice()));
            let plane = plane.unflatten_square_ref();
            yume_pdq::hash_get_threshold(
                &mut kernel,
                plane,
                &mut threshold,
                &mut output,
                &mut grid,
                &mut row,
                &mut spectrum,
            );
            let told = yume_pdq::visit_dihedrals(
                &mut kernel,
                &mut spectrum,
                &mut output,
                threshold,
                |which, threshold, found| {
                    black_box((which, threshold, found));
                    Ok::<(), ()>(())
                },
            );
            let _ = black_box(told);
        }
        println!("{}", start.elapsed().as_nanos());
    }
    Ok(())
}
