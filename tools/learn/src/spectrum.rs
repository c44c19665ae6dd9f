//! Eigenvectors of symmetric matrices, by Jacobi's rotations.

/// A square matrix, row by row.
#[derive(Clone)]
pub struct Matrix {
    pub side: usize,
    pub values: Vec<f64>,
}

impl Matrix {
    pub fn zero(side: usize) -> Self {
        Self { side, values: vec![0.0; side * side] }
    }

    pub fn at(&self, row: usize, column: usize) -> f64 {
        self.values[row * self.side + column]
    }

    pub fn at_mut(&mut self, row: usize, column: usize) -> &mut f64 {
        &mut self.values[row * self.side + column]
    }

    pub fn row(&self, row: usize) -> &[f64] {
        &self.values[row * self.side..][..self.side]
    }

    /// Adds `weight` times the product of a vector with itself.
    pub fn add_square(&mut self, vector: &[f64], weight: f64) {
        for (row, a) in vector.iter().enumerate() {
            for (column, b) in vector.iter().enumerate() {
                *self.at_mut(row, column) += weight * a * b;
            }
        }
    }

    /// `rows * self * rows^T`.
    pub fn between(&self, rows: &[Vec<f64>]) -> Self {
        let mut out = Self::zero(rows.len());
        for (i, left) in rows.iter().enumerate() {
            let half: Vec<f64> = (0..self.side)
                .map(|column| (0..self.side).map(|k| left[k] * self.at(k, column)).sum())
                .collect();
            for (j, right) in rows.iter().enumerate() {
                *out.at_mut(i, j) = dot(&half, right);
            }
        }
        out
    }

    /// Eigenvalues with their vectors, largest first.
    pub fn spectrum(mut self) -> Vec<(f64, Vec<f64>)> {
        let side = self.side;
        let mut vectors = Self::zero(side);
        (0..side).for_each(|k| *vectors.at_mut(k, k) = 1.0);
        for _ in 0..60 {
            for p in 0..side {
                for q in p + 1..side {
                    self.rotate(&mut vectors, p, q);
                }
            }
        }
        let mut spectrum: Vec<_> =
            (0..side).map(|k| (self.at(k, k), vectors.row(k).to_vec())).collect();
        spectrum.sort_by(|a, b| b.0.total_cmp(&a.0));
        spectrum
    }

    /// Turns the plane of two axes so that their product becomes zero.
    fn rotate(&mut self, vectors: &mut Self, p: usize, q: usize) {
        let off = self.at(p, q);
        if off.abs() <= 1e-15 * (self.at(p, p) * self.at(q, q)).abs().sqrt() {
            return;
        }
        let slope = (self.at(q, q) - self.at(p, p)) / (2.0 * off);
        let sign = if slope < 0.0 { -1.0 } else { 1.0 };
        let tangent = sign / (slope.abs() + slope.hypot(1.0));
        let cos = 1.0 / tangent.hypot(1.0);
        let sin = tangent * cos;
        for k in 0..self.side {
            let (a, b) = (self.at(k, p), self.at(k, q));
            (*self.at_mut(k, p), *self.at_mut(k, q)) = (cos * a - sin * b, sin * a + cos * b);
        }
        for matrix in [self, vectors] {
            for k in 0..matrix.side {
                let (a, b) = (matrix.at(p, k), matrix.at(q, k));
                (*matrix.at_mut(p, k), *matrix.at_mut(q, k)) =
                    (cos * a - sin * b, sin * a + cos * b);
            }
        }
    }
}

pub fn dot(a: &[f64], b: &[f64]) -> f64 {
    a.iter().zip(b).map(|(a, b)| a * b).sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_vectors_are_those_of_the_matrix() {
        let mut matrix = Matrix::zero(4);
        for (k, weight) in [3.0, 0.5, 7.0].into_iter().enumerate() {
            let vector: Vec<f64> = (0..4).map(|i| ((i * 3 + k * 5) % 7) as f64 - 2.0).collect();
            matrix.add_square(&vector, weight);
        }
        let spectrum = matrix.clone().spectrum();
        assert!(spectrum.is_sorted_by(|a, b| a.0 >= b.0));
        for (value, vector) in spectrum {
            for row in 0..4 {
                assert!((dot(matrix.row(row), &vector) - value * vector[row]).abs() < 1e-9);
            }
        }
    }
}
